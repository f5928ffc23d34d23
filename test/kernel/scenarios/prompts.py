"""Input requests."""

from scenarios.base import equal, with_kernel


@with_kernel
def prompts(kernel):
    for code, asked, typed in (
        ('await prompt("Name?")', ("Name?", False), "Ann é"),
        ('await prompt("Secret", { password: true })', ("Secret", True), ""),
    ):
        cell = kernel.start(code, allow_stdin=True)
        kernel.pump(lambda: kernel.asked, what="input_request")
        request = kernel.asked.pop()
        equal(request["parent_header"]["msg_id"], cell.id)
        equal((request["content"]["prompt"], request["content"]["password"]), asked)
        kernel.client.input(typed)
        equal(cell.wait().value, f"'{typed}'")


@with_kernel
def prompts_refused(kernel):
    cell = kernel.run('await prompt("Name?")', allow_stdin=False)
    equal([cell.reply["status"], kernel.asked], ["error", []])
    kernel.lives()


@with_kernel
def prompts_interrupted(kernel):
    cell = kernel.start('await prompt("Name?")', allow_stdin=True)
    kernel.pump(lambda: kernel.asked, what="input_request")
    kernel.manager.interrupt_kernel()
    equal(cell.wait(2).reply["status"], "error")
    kernel.lives()
    again = kernel.start('await prompt("Again?")', allow_stdin=True)
    kernel.asked.clear()
    kernel.pump(lambda: kernel.asked, what="input_request after an interrupt")
    kernel.client.input("yes")
    equal(again.wait().value, "'yes'")
