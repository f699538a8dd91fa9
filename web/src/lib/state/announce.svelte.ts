/** What a screen reader says when something changes without a key press. */
class Announcer {
  text = $state('');

  say(text: string): void {
    // The same sentence twice would stay silent: an invisible space makes it new.
    this.text = this.text === text ? `${text}\u00a0` : text;
  }
}

export const announcer = new Announcer();
