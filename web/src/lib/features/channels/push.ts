/** Notifications of this browser: asked for on a click, given back on another. */
import { goto } from '$app/navigation';
import { channels, type Place } from '$lib/api/channels';
import { deviceName } from '$lib/features/account/device';

const SCRIPT = '/push-worker.js';
// A scope without pages: this worker shows notifications and nothing else.
const SCOPE = '/push/';
const KEPT = 'onmodel.push';

/** `insecure`: the page came without HTTPS; `blocked`: the person said no to the browser. */
export type Ability = 'able' | 'insecure' | 'unable' | 'blocked';

export function ability(): Ability {
  if (!window.isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return 'unable';
  return Notification.permission === 'denied' ? 'blocked' : 'able';
}

interface Kept {
  person: string;
  place: string;
}

function kept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}

/** The place that is this browser, if the person has turned it on here. */
export function thisBrowser(places: Place[], person: string | undefined): Place | undefined {
  const mine = kept();
  if (mine?.person !== person || Notification.permission !== 'granted') return undefined;
  return places.find((place) => place.id === mine?.place);
}

/** Asks the browser for permission and lets notifications come here; null when it said no. */
export async function turnOn(key: string, person: string): Promise<Place | null> {
  if ((await Notification.requestPermission()) !== 'granted') return null;
  const worker = await activeWorker();
  // one from before the server's key changed would never be heard again
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  return give(subscription, person);
}

/** Ends the browser's subscription; the place itself is removed by the server's side. */
export async function turnOff(): Promise<void> {
  localStorage.removeItem(KEPT);
  const worker = await navigator.serviceWorker.getRegistration(SCOPE);
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

/**
 * Called when somebody has come in: whoever turned notifications on here keeps them over the end
 * of a session, and a click on one leads this window to its page.
 */
export async function attend(person: string): Promise<void> {
  if (ability() !== 'able') return;
  navigator.serviceWorker.addEventListener('message', follow);
  if (kept()?.person !== person || Notification.permission !== 'granted') return;
  const worker = await navigator.serviceWorker.getRegistration(SCOPE);
  const subscription = await worker?.pushManager.getSubscription();
  if (subscription) await give(subscription, person).catch(() => null);
}

function follow(event: MessageEvent): void {
  const said = event.data as { onmodel?: string; path?: string } | null;
  if (said?.onmodel === 'open' && said.path) void goto(said.path);
}

async function give(subscription: PushSubscription, person: string): Promise<Place> {
  const { keys } = subscription.toJSON();
  const place = await channels.addBrowser({
    endpoint: subscription.endpoint,
    keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' },
    label: deviceName(navigator.userAgent),
  });
  localStorage.setItem(KEPT, JSON.stringify({ person, place: place.id } satisfies Kept));
  return place;
}

async function activeWorker(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(SCRIPT, { scope: SCOPE });
  const worker = registration.installing ?? registration.waiting;
  if (!registration.active && worker) {
    await new Promise<void>((done) => {
      worker.addEventListener('statechange', () => {
        if (worker.state === 'activated') done();
      });
    });
  }
  return registration;
}
