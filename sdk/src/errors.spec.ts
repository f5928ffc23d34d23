import ts from "typescript";
import { describe, expect, test } from "vitest";
import { LitDataError, LitError, LitModelError, LitVaultError, litErrorHandler } from "./errors.js";

function thrown(run: () => unknown): LitError {
  try {
    run();
  } catch (error) {
    return error as LitError;
  }
  throw new Error("nothing was thrown");
}

describe("the error family", () => {
  test.each([LitError, LitVaultError, LitModelError, LitDataError])("%o has a name, a code and a cause", (Type) => {
    const cause = new Error("first");
    const error = new Type("second", { code: 7, cause });
    expect(error).toBeInstanceOf(LitError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message, error.code, error.cause]).toEqual([Type.name, "second", 7, cause]);
    expect(new Type("alone").code).toBeNull();
    expect("cause" in new Type("alone")).toBe(false);
  });
});

describe("litErrorHandler", () => {
  const failure = new RangeError("inner");
  function raisesError() {
    throw failure;
  }

  test("wraps what a function throws, with the cause", () => {
    const error = thrown(litErrorHandler()(raisesError));
    expect([error.constructor, error.message, error.cause]).toEqual([
      LitError,
      "An error occurred in function 'raisesError'",
      failure,
    ]);
  });

  test("wraps what an async function rejects with, as the given type", async () => {
    const load = litErrorHandler(LitModelError)(async function load() {
      throw failure;
    });
    const error = await load().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LitModelError);
    expect(error).toMatchObject({ message: "An error occurred in function 'load'", cause: failure });
  });

  test("lets a LitError pass through as it is, sync and async", async () => {
    const own = new LitVaultError("own");
    const handler = litErrorHandler(LitModelError);
    expect(
      thrown(
        handler(() => {
          throw own;
        }),
      ),
    ).toBe(own);
    await expect(handler(() => Promise.reject(own))()).rejects.toBe(own);
  });

  test("decorates methods: this, arguments, result and name stay", async () => {
    // Vitest's transformer leaves decorators as they are, so TypeScript compiles this class.
    const source = `class Loader {
      base = 40;
      @litErrorHandler() add(more: number): number { return this.base + more; }
      @litErrorHandler(LitDataError) async fail(): Promise<void> { throw failure; }
    }`;
    const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
    const define = new Function("litErrorHandler", "LitDataError", "failure", `${outputText}; return Loader;`);
    const Loader = define(litErrorHandler, LitDataError, failure) as new () => {
      add(more: number): number;
      fail(): Promise<void>;
    };
    const loader = new Loader();
    expect(loader.add(2)).toBe(42);
    expect(loader.add.name).toBe("add");
    await expect(loader.fail()).rejects.toMatchObject({ name: "LitDataError", cause: failure });
    await expect(loader.fail()).rejects.toThrow("An error occurred in function 'fail'");
  });
});
