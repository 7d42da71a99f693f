// Decisions on their way to the server: the page goes on at once, nothing is lost when the network stumbles.

import { post } from "./api.js";

const RETRY_MS = [500, 1000, 2000, 4000, 8000];

export class Outbox {
  #queue = [];
  #running = null;

  /** How many decisions were ever put in. */
  pushed = 0;

  /** `onChange(number, isStuck)` whenever something comes or goes; `onRefused(entry, error)` when the server says no. */
  constructor({ onChange, onRefused }) {
    this.onChange = onChange;
    this.onRefused = onRefused;
    addEventListener("beforeunload", (event) => { if (this.#queue.length) event.preventDefault(); });
    addEventListener("online", () => this.#wake?.());
  }

  get cases() { return this.#queue.map((entry) => entry.id); }

  push(entry) {
    this.#queue.push(entry);
    this.pushed += 1;
    this.onChange(this.#queue.length, false);
    this.#running ??= this.#send().finally(() => { this.#running = null; });
  }

  /** Resolves once everything that was decided is with the server. */
  async settled() { while (this.#running) await this.#running; }

  #wake = null;

  async #send() {
    let tries = 0;
    while (this.#queue.length) {
      const entry = this.#queue[0];
      try {
        await post(entry.path ?? `/cases/${entry.id}/decision`, entry.body);
        this.#queue.shift();
        tries = 0;
      } catch (error) {
        // The server never answered, or is not itself right now: the same request again is no second decision.
        if (!error.status || error.status >= 500) {
          this.onChange(this.#queue.length, true);
          await this.#pause(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
          tries += 1;
          continue;
        }
        this.#queue.shift();
        this.onRefused(entry, error);
      }
      this.onChange(this.#queue.length, false);
    }
  }

  #pause(ms) {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wake = () => { clearTimeout(timer); done(); };
    });
  }
}
