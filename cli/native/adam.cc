// The op LitAdam, for processors: a step of Adam in one pass over its arrays, to the bit what TensorFlow's own ops give one
// after another. Inputs: value, gradient, momentum, velocity, numbers [alpha, 1 - beta_1, 1 - beta_2, epsilon]; outputs: value,
// momentum, velocity.
#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

// What the processor has is chosen when the library is loaded.
#if defined(__x86_64__) && defined(__gnu_linux__) && (!defined(__clang__) || __clang_major__ >= 14)
#define WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDEST
#endif

namespace {

using Tensor = std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)>;
using Status = std::unique_ptr<TF_Status, decltype(&TF_DeleteStatus)>;

constexpr int kInputs = 5, kOutputs = 3, kNumbers = 4;
/** Elements that are worth a thread, and threads that the memory feeds. */
constexpr int64_t kShare = 1 << 18, kThreads = 8;

WIDEST void step(int64_t from, int64_t to, const float* numbers, const float* __restrict value,
                 const float* __restrict gradient, const float* __restrict momentum, const float* __restrict velocity,
                 float* __restrict new_value, float* __restrict new_momentum, float* __restrict new_velocity) {
  const float alpha = numbers[0], share1 = numbers[1], share2 = numbers[2], epsilon = numbers[3];
  for (int64_t i = from; i < to; i++) {
    const float first = momentum[i] + (gradient[i] - momentum[i]) * share1;
    const float second = velocity[i] + (gradient[i] * gradient[i] - velocity[i]) * share2;
    new_value[i] = value[i] - first * alpha / (std::sqrt(second) + epsilon);
    new_momentum[i] = first;
    new_velocity[i] = second;
  }
}

/** Calls `run(from, to)` for shares of `count` elements, in threads that round as this one. */
template <typename Run>
void share(int64_t count, Run run) {
  const int64_t most = std::clamp<int64_t>(std::thread::hardware_concurrency(), 1, kThreads);
  const int64_t shares = std::clamp<int64_t>(count / kShare, 1, most);
  std::fenv_t rounding;  // TensorFlow takes what is smaller than a normal number for zero
  std::fegetenv(&rounding);
  std::vector<std::thread> threads;
  for (int64_t i = 1; i < shares; i++) {
    const int64_t from = count * i / shares, to = count * (i + 1) / shares;
    try {
      threads.emplace_back([=] {
        std::fesetenv(&rounding);
        run(from, to);
      });
    } catch (const std::system_error&) {  // no more threads
      run(from, to);
    }
  }
  run(0, count / shares);
  for (std::thread& thread : threads) thread.join();
}

/** @returns whether it worked; else `status` says why not */
bool compute(TF_OpKernelContext* context, TF_Status* status) {
  std::vector<Tensor> inputs, outputs;
  for (int i = 0; i < kInputs; i++) {
    TF_Tensor* input = nullptr;
    TF_GetInput(context, i, &input, status);
    if (TF_GetCode(status) != TF_OK) return false;
    inputs.emplace_back(input, TF_DeleteTensor);
  }
  const int64_t count = TF_TensorElementCount(inputs[0].get());
  for (int i = 1; i < kInputs; i++)
    if (TF_TensorElementCount(inputs[i].get()) != (i < kInputs - 1 ? count : kNumbers)) {
      TF_SetStatus(status, TF_INVALID_ARGUMENT, "LitAdam: the arrays differ in size, or numbers are not 4");
      return false;
    }
  std::vector<int64_t> shape;
  for (int i = 0; i < TF_NumDims(inputs[0].get()); i++) shape.push_back(TF_Dim(inputs[0].get(), i));
  for (int i = 0; i < kOutputs; i++) {
    TF_Tensor* output =
        TF_AllocateOutput(context, i, TF_FLOAT, shape.data(), shape.size(), count * sizeof(float), status);
    if (TF_GetCode(status) != TF_OK) return false;
    outputs.emplace_back(output, TF_DeleteTensor);
  }
  const auto in = [&](int i) { return static_cast<const float*>(TF_TensorData(inputs[i].get())); };
  const auto out = [&](int i) { return static_cast<float*>(TF_TensorData(outputs[i].get())); };
  share(count, [&](int64_t from, int64_t to) {
    step(from, to, in(4), in(0), in(1), in(2), in(3), out(0), out(1), out(2));
  });
  return true;
}

void run(void*, TF_OpKernelContext* context) {
  const Status status(TF_NewStatus(), TF_DeleteStatus);
  if (!compute(context, status.get())) TF_OpKernelContext_Failure(context, status.get());
}

/** When the library is loaded. */
[[maybe_unused]] const bool registered = [] {
  const Status status(TF_NewStatus(), TF_DeleteStatus);
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder("LitAdam");
  for (const char* input : {"value: float", "gradient: float", "momentum: float", "velocity: float", "numbers: float"})
    TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : {"new_value: float", "new_momentum: float", "new_velocity: float"})
    TF_OpDefinitionBuilderAddOutput(op, output);
  TF_RegisterOpDefinition(op, status.get());
  if (TF_GetCode(status.get()) != TF_OK) return false;
  TF_RegisterKernelBuilder("LitAdam", TF_NewKernelBuilder("LitAdam", "CPU", nullptr, run, nullptr), status.get());
  return TF_GetCode(status.get()) == TF_OK;
}();

}  // namespace
