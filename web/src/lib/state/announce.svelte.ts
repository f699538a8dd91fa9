/** One breath of a screen reader: what comes meanwhile is said together after it. */
const BREATH_MS = 1_500;
const AT_MOST = 3;

/**
 * What a screen reader says when something changes without a key press.
 *
 * The first sentence is said at once. A busy team does not flood anybody: what comes within a
 * breath waits, the newest three are said in one go, and the rest is counted.
 */
class Announcer {
  text = $state('');
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  say(sentence: string): void {
    if (this.#timer !== null) {
      // who repeats themselves is heard once
      this.#waiting = [...this.#waiting.filter((one) => one !== sentence), sentence];
      return;
    }
    this.#tell(sentence);
  }

  /** What a key of one's own did: said at once, before what waits. */
  answer(sentence: string): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#tell(sentence);
  }

  #tell(text: string): void {
    // The same sentence twice would stay silent: an invisible space makes it new.
    this.text = this.text === text ? `${text}\u00a0` : text;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#next();
    }, BREATH_MS);
  }

  #next(): void {
    const newest = this.#waiting.slice(-AT_MOST);
    const more = this.#waiting.length - newest.length;
    this.#waiting = [];
    if (newest.length === 0) return;
    this.#tell([...(more > 0 ? [`${more} more.`] : []), ...newest].join(' '));
  }
}

export const announcer = new Announcer();
