export type ThemeChoice = 'dark' | 'light' | 'system';

const STORAGE_KEY = 'onmodel.theme';

/** The look the person chose, kept in this browser. app.html applies it before first paint. */
class Theme {
  #choice = $state<ThemeChoice>('dark');

  constructor() {
    try {
      const stored = localStorage.getItem(STORAGE_KEY);
      if (stored === 'light' || stored === 'system') this.#choice = stored;
    } catch {
      // Storage may be forbidden: the choice then lasts until the page closes.
    }
    matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => {
      this.#apply();
    });
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    try {
      localStorage.setItem(STORAGE_KEY, choice);
    } catch {
      // See above.
    }
    this.#apply();
  }

  #apply(): void {
    const light =
      this.#choice === 'light' ||
      (this.#choice === 'system' && matchMedia('(prefers-color-scheme: light)').matches);
    document.documentElement.dataset['theme'] = light ? 'light' : 'dark';
  }
}

export const theme = new Theme();
