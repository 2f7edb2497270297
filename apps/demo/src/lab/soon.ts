const WAIT_MS = 250;

/** Does something soon, once, however often it is asked meanwhile: a slider asks at every pixel. */
export class Soon {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly act: () => void) {}

  ask(): void {
    this.cancel();
    this.#timer = setTimeout(this.act, WAIT_MS);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
