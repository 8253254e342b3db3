// Server-sent events (the HTML standard, 9.2) from a fetched body.
export interface RawEvent {
  /** Of the last event that had one. */
  id: string;
  name: string;
  data: string;
}

export class EventParser {
  /** What the server asks for before a reconnect. */
  retryMs: number | undefined;
  lastId = '';
  /** Where to go on after a cut: of the last block that came whole, be it without an event. */
  resumeId = '';
  #rest = '';
  #name = '';
  #data: string[] = [];
  #skipLineFeed = false;

  /** The events that this piece of text completes. */
  push(text: string): RawEvent[] {
    const events: RawEvent[] = [];
    if (this.#skipLineFeed && text.startsWith('\n')) text = text.slice(1);
    if (text.length > 0) this.#skipLineFeed = false;
    this.#rest += text;
    for (;;) {
      const end = this.#rest.search(/[\r\n]/);
      if (end < 0) return events;
      const line = this.#rest.slice(0, end);
      const isPair = this.#rest.startsWith('\r\n', end);
      // A line feed that belongs to this end of line may come with the next piece.
      if (this.#rest[end] === '\r' && end + 1 === this.#rest.length) this.#skipLineFeed = true;
      this.#rest = this.#rest.slice(end + (isPair ? 2 : 1));
      const event = this.#take(line);
      if (event) events.push(event);
    }
  }

  #take(line: string): RawEvent | undefined {
    if (line === '') return this.#finish();
    if (line.startsWith(':')) return undefined;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.lastId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  #finish(): RawEvent | undefined {
    const data = this.#data;
    const name = this.#name || 'message';
    this.#data = [];
    this.#name = '';
    this.resumeId = this.lastId;
    if (data.length === 0) return undefined;
    return { id: this.lastId, name, data: data.join('\n') };
  }
}
