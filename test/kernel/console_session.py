"""A person at `jupyter console --kernel litlab`.

Usage: console_session.py FOLDER; runs there and prints a JSON object: the lines that each step added to the screen, the
colours of the error's first line, and the exit codes.
"""

import json
import os
import re
import sys

import pexpect
import pyte
from kernel_under_test import descendants, processes, wait_until

SECONDS = 60
LINES, COLUMNS = 60, 100
CTRL_C, CTRL_D = "\x03", "\x04"

# What is typed, and what the screen ends with then.
STEPS = {
    "a cell": ("const price: number = 41 + 1;\r", r"In \[2\]:$"),
    "a value": ("price;\r", r"In \[3\]:$"),
    "a first line": ("function twice(x: number) {\r", r"\n +\.\.\.:$"),
    "a second line": ("return x * 2;\r", r"\n +\.\.\.: +return x \* 2;\n +\.\.\.:$"),
    "a last line": ("}\r", r"In \[4\]:$"),
    "one completion": ("twice(price).toFi\t", r"toFixed$"),
    "the completed cell": ("(1)\r", r"In \[5\]:$"),
    "several completions": ("Math.c\t", r"cosh"),
    "a line given up": (CTRL_C, r"In \[5\]:$"),
    "an error in types": ("price.size\r", r"In \[6\]:$"),
    "an error": ("throw new RangeError('too far')\r", r"In \[7\]:$"),
    "an end of input": (CTRL_D, r"exit.*\?$"),
}

# Cells that are watched while they run. The console may take the end of a question whether a cell is complete for the end
# of the cell, and then it shows neither output nor prompts until the reply: here it does not ask, and two empty lines run a cell.
WATCHED_OPTIONS = ["--ZMQTerminalInteractiveShell.use_kernel_is_complete=False"]
RUN = "\r\r\r"
WATCHED_STEPS = {
    "a cell to come back to": (f"const price = 42;{RUN}", r"In \[2\]:$"),
    "an endless loop": (f"console.log('started'); while (true);{RUN}", r"\nstarted$"),
    "an interrupt": (CTRL_C, r"In \[3\]:$"),
    "the state": (f"price + 1{RUN}", r"In \[4\]:$"),
    "a question": (f"`I am ${{await prompt('who? ')}}`{RUN}", r"\nwho\?$"),
    "an answer": ("Ada\r", r"In \[5\]:$"),
    "an end of input": (CTRL_D, r"exit.*\?$"),
}


class Terminal:
    """A program at a terminal: what it wrote is on the screen, and what it asks the terminal is answered."""

    def __init__(self, argv, cwd):
        env = {**os.environ, "TERM": "linux"}
        self.child = pexpect.spawn(
            argv[0], argv[1:], cwd=cwd, env=env, dimensions=(LINES, COLUMNS), encoding="utf-8"
        )
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.screen.write_process_input = self.child.send
        self.stream = pyte.Stream(self.screen)

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def colours(self, text):
        """The colours of the first line that begins with a text, one a run of characters."""
        row = next(i for i, line in enumerate(self.screen.display) if line.startswith(text))
        characters = [self.screen.buffer[row][i] for i in range(COLUMNS)]
        colours = [character.fg for character in characters if character.data != " "]
        return [colour for i, colour in enumerate(colours) if i == 0 or colours[i - 1] != colour]

    def read(self):
        self.stream.feed(self.child.read_nonblocking(65536, timeout=SECONDS))

    def see(self, pattern):
        """The lines of the screen once they match."""
        try:
            while not re.search(pattern, "\n".join(self.lines)):
                self.read()
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            name = type(error).__name__
            raise AssertionError("\n".join([f"{name}: the screen does not show {pattern}", *self.lines])) from error
        return self.lines

    def end(self):
        """The exit code, once the program has ended by itself."""
        try:
            while True:
                self.read()
        except pexpect.EOF:
            self.child.close()
        return self.child.exitstatus


def session(folder, steps, options=(), coloured=()):
    jupyter = os.path.join(os.path.dirname(sys.executable), "jupyter")
    terminal = Terminal([jupyter, "console", "--kernel", "litlab", *options], folder)
    try:
        before = terminal.see(r"In \[1\]:$")
        shown = {"the start": before}
        for name, (keys, pattern) in steps.items():
            terminal.child.send(keys)
            after = terminal.see(pattern)
            # The prompt that was there has been typed at.
            shown[name] = after[len(os.path.commonprefix([before, after])) :]
            before = after
        colours = {text: terminal.colours(text) for text in coloured}
        kernel = descendants(terminal.child.pid)
        assert kernel, "no kernel runs"
        terminal.child.send("y\r")
        code = terminal.end()
        wait_until(lambda: not set(kernel) & set(processes()), 10, "the end of the kernel")
        return {"shown": shown, "colours": colours, "code": code}
    finally:
        terminal.child.close(force=True)


if __name__ == "__main__":
    [folder] = sys.argv[1:]
    asked = session(folder, STEPS, coloured=["Cell[5]", "RangeError"])
    print(json.dumps({"asked": asked, "watched": session(folder, WATCHED_STEPS, WATCHED_OPTIONS)}))
