/**
 * Shows what a push service delivers, and opens its page on a click. It works while OnModel is
 * closed, controls no page and keeps nothing.
 */
self.addEventListener('push', (event) => {
  const said = event.data?.json() ?? {};
  event.waitUntil(
    self.registration.showNotification(said.title ?? 'OnModel', {
      body: said.body,
      tag: said.tag,
      icon: '/mark.svg',
      data: { path: said.path },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? '/inbox'));
});

/** Leads a window that is open to the page, or opens one. */
async function open(path) {
  const address = new URL(path, self.location.origin);
  if (address.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const shown = windows.find((one) => one.visibilityState === 'visible') ?? windows[0];
  if (!shown) {
    await self.clients.openWindow(address.href);
    return;
  }
  await shown.focus();
  shown.postMessage({ onmodel: 'open', path: address.pathname + address.search + address.hash });
}
