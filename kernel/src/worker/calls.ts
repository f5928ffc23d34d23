interface Call<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** Questions to the front that wait for their answers, by their numbers. */
export class Calls<T> {
  readonly #waiting = new Map<number, Call<T>>();
  #last = 0;

  /** Asks a question; its answer. */
  ask(send: (id: number) => void): Promise<T> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  answer(id: number, answer: T | Error): void {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (answer instanceof Error) call?.reject(answer);
    else call?.resolve(answer);
  }

  answerAll(answer: T | Error): void {
    for (const id of this.#waiting.keys()) this.answer(id, answer);
  }
}
