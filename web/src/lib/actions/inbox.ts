import { inbox as calls } from '$lib/api/inbox';
import type { NoticeGroup, NoticeRead } from '$lib/api/types';
import { count } from '$lib/format';
import { inbox } from '$lib/state/inbox.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { attempt } from './attempt';

/** Says that one was read, or lets it wait again. */
export async function setRead({ id }: NoticeRead, read: boolean): Promise<void> {
  const marked = await attempt(() =>
    read ? calls.markRead({ ids: [id] }) : calls.markUnread({ ids: [id] }),
  );
  if (!marked) return;
  inbox.unread = marked.unread;
  inbox.look();
}

/** All of them, or all under a heading; exactly these come back by Undo. */
export async function readAll(group: NoticeGroup | null): Promise<void> {
  const marked = await attempt(() => calls.markRead({ group }));
  if (!marked) return;
  inbox.unread = marked.unread;
  inbox.look();
  toasts.say(`${count(marked.count, 'notice')} marked as read.`, {
    label: 'Undo',
    run: () =>
      void attempt(() => calls.markUnread({ marked_at: marked.marked_at })).then((back) => {
        if (!back) return;
        inbox.unread = back.unread;
        inbox.look();
      }),
  });
}
