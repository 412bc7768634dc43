/** Counts concurrent calls. Each is delayed, so that others can start. */
export class InFlight {
  most = 0;
  #now = 0;

  async during<T>(call: () => Promise<T>): Promise<T> {
    this.most = Math.max(this.most, ++this.#now);
    try {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      return await call();
    } finally {
      this.#now--;
    }
  }
}
