/** Which open page this is, so that words that a closed one left are taken over, and only those. */
import { newId } from '$lib/ids';

const NAME = 'onmodel.page';
/** Where the browser has no locks (plain http), a page that was silent for so long is closed. */
const SILENT_MS = 30_000;

const locks = 'locks' in navigator ? navigator.locks : null;

/** A reloaded page is the one that it was, unless a copy of it is still open. */
async function identify(): Promise<string> {
  const before = sessionStorage.getItem(NAME);
  const id = before && !(await isHeld(before)) ? before : newId();
  sessionStorage.setItem(NAME, id);
  void locks?.request(lockOf(id), () => new Promise(() => undefined));
  return id;
}

async function isHeld(id: string): Promise<boolean> {
  const { held } = (await locks?.query()) ?? {};
  return held?.some((one) => one.name === lockOf(id)) ?? false;
}

function lockOf(id: string): string {
  return `${NAME}.${id}`;
}

export const pageId: Promise<string> = identify();

/** Whether the page that kept something at this time is no longer there. */
export async function isOrphan(page: string, at: number): Promise<boolean> {
  if (page === (await pageId)) return true;
  return locks ? !(await isHeld(page)) : Date.now() - at > SILENT_MS;
}
