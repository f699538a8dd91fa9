import { inbox as calls } from '$lib/api/inbox';
import { ProjectSocket } from '$lib/api/socket';
import type { NoticeRead, ServerMessage, Unread } from '$lib/api/types';
import { isOn } from '$lib/features/inbox/here';

type InboxChanged = Extract<ServerMessage, { event: 'server:inbox.changed' }>['payload'];

/** A burst of news, such as a sheet and its alerts, is read once. */
const SETTLE_MS = 150;
/** Enough to notice that a page was opened that one of them leads to. */
const REMEMBERED = 30;

/** What waits for the person at this browser, whichever project is open. */
class Inbox {
  unread = $state.raw<Unread | null>(null);
  /** The newest that came while we look, until somebody shows it. */
  arrived = $state.raw<NoticeRead | null>(null);
  /** Counts what changed; a list that is shown reads itself again when it moves. */
  changes = $state(0);

  #waiting: NoticeRead[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes over one message of the socket. It may be lost, so every connection looks, too. */
  take({ notice }: InboxChanged): void {
    if (notice && isOn(notice, location)) {
      void this.#read([notice.id]);
      return;
    }
    if (notice) this.arrived = notice;
    this.look();
  }

  /** Reads the counts anew, soon. */
  look(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), SETTLE_MS);
  }

  /** A page was opened: what leads to it has been seen. */
  visit(address: Pick<Location, 'pathname' | 'search'>): void {
    const seen = this.#waiting.filter((notice) => isOn(notice, address));
    if (seen.length > 0) void this.#read(seen.map(({ id }) => id));
  }

  async #load(): Promise<void> {
    try {
      const [unread, page] = await Promise.all([
        calls.unread(),
        calls.list({ unread: true, limit: REMEMBERED }),
      ]);
      this.unread = unread;
      this.#waiting = page.items;
      this.changes += 1;
      this.visit(location);
    } catch {
      // The next connection looks again; what is shown stays as it was.
    }
  }

  async #read(ids: string[]): Promise<void> {
    this.#waiting = this.#waiting.filter(({ id }) => !ids.includes(id));
    try {
      this.unread = (await calls.markRead({ ids })).unread;
      this.changes += 1;
    } catch {
      // It stays unread, which is true.
    }
  }
}

export const inbox = new Inbox();

/** Listens outside projects, where no project's socket brings our news; returns how to stop. */
export function listenOutsideProjects(): () => void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new ProjectSocket({
    url: `${scheme}://${location.host}/ws/me`,
    since: 0,
    onMessage: (message) => {
      if (message.event === 'server:inbox.changed') inbox.take(message.payload);
    },
    onConnection: () => undefined,
  });
  const hurry = (): void => {
    if (document.visibilityState === 'visible') socket.hurry();
  };
  socket.connect();
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  return () => {
    removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', hurry);
    socket.close();
  };
}
