/** Whether the browser believes it has a network at all. */
class Online {
  now = $state(navigator.onLine);

  constructor() {
    addEventListener('online', () => {
      this.now = true;
    });
    addEventListener('offline', () => {
      this.now = false;
    });
  }
}

export const online = new Online();
