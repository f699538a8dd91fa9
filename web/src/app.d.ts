declare global {
  namespace App {
    interface PageState {
      /** Set while a dialog or the viewer was opened from inside the app, so that Back closes it. */
      overlay?: boolean;
    }
  }
}

export {};
