/** Asks one question at a time: what is asked meanwhile is asked once, of the newest state, when the answer to the last has come. */
export class OneAtATime {
  #isAsked = false;
  #isDue = false;

  constructor(private readonly act: () => void) {}

  ask(): void {
    this.#isDue = this.#isAsked;
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.act();
  }

  answered(): void {
    this.#isAsked = false;
    if (this.#isDue) this.ask();
  }
}
