/** A key for one write, to be kept for its retries. Not `randomUUID`: that is missing where a page comes over plain HTTP. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// What was written at a door and is not acknowledged yet. Each entry has a key of its own, made once and sent with every
// try: however often it is sent, the hub keeps it once. An entry leaves only when the hub has acknowledged it, or when
// whoever wrote it takes back what the hub refused. It lies in this tab (sessionStorage) and survives a reload.
export class Outbox {
  /** `send(method, path, body)` throws an error with `status` (0: not reached) where it is not acknowledged. */
  constructor(storage, username, send) {
    this.storage = storage;
    this.name = `hub.outbox.${username}`;
    this.send = send;
    this.flushing = null;
  }

  entries() {
    return JSON.parse(this.storage.getItem(this.name) ?? "[]");
  }

  /** Keeps `body` with a new key; `about` says what it is about, for the screen. */
  put(path, body, about) {
    const entry = { key: newKey(), path, body, about, refused: null };
    this.#keep([...this.entries(), entry]);
    return entry.key;
  }

  /** Takes back an entry that the hub refused. One that may have arrived is never taken back. */
  drop(key) {
    this.#keep(this.entries().filter((entry) => entry.key !== key || !entry.refused));
  }

  /** Sends what waits, the oldest first; `done(entry, answer)` for each that was acknowledged. One flush at a time. */
  flush(done) {
    this.flushing ??= this.#flush(done).finally(() => { this.flushing = null; });
    return this.flushing;
  }

  async #flush(done) {
    for (const entry of this.entries().filter((waiting) => !waiting.refused)) {
      let answer;
      try {
        answer = await this.send("POST", entry.path, { ...entry.body, key: entry.key });
      } catch (error) {
        if (!error.status || error.status === 401) throw error; // wait for the network, or log in: all of it waits
        if (error.status === 408 || error.status === 429 || error.status >= 500) continue;
        this.#keep(this.entries().map((one) => (one.key === entry.key ? { ...one, refused: error.message } : one)));
        continue;
      }
      this.#keep(this.entries().filter((one) => one.key !== entry.key));
      done(entry, answer);
    }
  }

  #keep(entries) {
    this.storage.setItem(this.name, JSON.stringify(entries));
  }
}
