/** A value that clients read and write remotely. */
export class Register {
  value = 0;
  async get() {
    return this.value;
  }
  async set(value: number) {
    this.value = value;
  }
  async compareAndSet(expected: number, value: number) {
    if (this.value !== expected) return false;
    this.value = value;
    return true;
  }
}
