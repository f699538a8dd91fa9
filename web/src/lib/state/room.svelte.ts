import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { characters as characterCalls, projects as projectCalls } from '$lib/api/calls';
import { asProblem, type Problem } from '$lib/api/problem';
import { PROTOCOL, ProjectSocket, type Connection } from '$lib/api/socket';
import type {
  AlertRead,
  CharacterRead,
  CheckRead,
  Curve,
  DecisionRead,
  FullSync,
  GoldenRunRead,
  GoldenSlot,
  JudgementUpdated,
  MemberRead,
  NoteRead,
  PersonHere,
  ProjectRead,
  ReferenceRead,
  Role,
  ServerMessage,
  TrainingJobRead,
  VariationRead,
  VersionRestored,
} from '$lib/api/types';
import { newsOf } from '$lib/features/decide/words';
import { links } from '$lib/links';
import type { What } from '$lib/offline/changes';
import { characterLayer, noteLayer, variationLayer } from '$lib/offline/layers';
import { outbox } from '$lib/offline/outbox.svelte';
import type { Landed } from '$lib/offline/send';
import { Contests } from './contests.svelte';
import { Meanwhile } from './meanwhile.svelte';
import { Follow } from '$lib/features/presence/follow.svelte';
import { Live } from '$lib/features/presence/live.svelte';
import { grown } from '$lib/features/training/curve';
import { announcer } from './announce.svelte';
import { Collection } from './collection.svelte';
import { ConsistencyStore } from './consistency.svelte';
import { inbox } from './inbox.svelte';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';
import { upgrade } from './upgrade.svelte';
import { sendCheck, sendReference, UploadQueue } from './uploads.svelte';
import { Visit } from './visit.svelte';

export interface Progress {
  /** 0 to 100 */
  progress: number;
  step: string;
  /** Seconds that it still takes, when somebody knows. */
  eta_s: number | null;
}

/** Somebody who writes in a text that is open, and hears of what the socket says about it. */
export interface TextListener {
  connected(): void;
  disconnected(): void;
  take(message: ServerMessage, actorId: string | null): void;
}

type Member = MemberRead & { id: string };

const FIRST_PAGE = 200;
const NEXT_PAGES = 500;

/** One open project: its records, who is here, and the live connection that keeps them true. */
export class Room {
  readonly projectId: string;
  readonly characters = new Collection<CharacterRead>(characterLayer);
  readonly references = new Collection<ReferenceRead>();
  readonly jobs = new Collection<TrainingJobRead>();
  readonly variations = new Collection<VariationRead>(variationLayer);
  readonly members = new Collection<Member>();
  readonly alerts = new Collection<AlertRead>();
  readonly decisions = new Collection<DecisionRead>();
  readonly checks = new Collection<CheckRead>();
  /** Notes on pictures and the answers to them, of characters that were opened. */
  readonly notes = new Collection<NoteRead>(noteLayer);
  /** Which pictures a character's golden set has, by character, as far as it was asked for. */
  readonly goldenSlots = new SvelteMap<string, readonly GoldenSlot[]>();
  readonly goldenRuns = new Collection<GoldenRunRead>();
  readonly consistency = new ConsistencyStore();
  readonly uploads = new UploadQueue({
    send: sendReference,
    onDone: (reference) => {
      // The checked picture may have come over the socket before this answer.
      if (!this.references.get(reference.id)) this.references.upsert(reference);
    },
  });
  /** Who should be in the pictures that are checked next. */
  readonly expected = new SvelteSet<string>();
  readonly checkUploads = new UploadQueue({
    send: sendCheck(() => [...this.expected]),
    onDone: (check) => {
      if (!this.checks.get(check.id)) this.checks.upsert(check);
    },
  });
  /** Live progress by id of a training job or a variation. */
  readonly progress = new SvelteMap<string, Progress>();
  /** What came of the curves of trainings while we looked, by id of the job. */
  readonly curves = new SvelteMap<string, Curve>();
  /** What variations look like while they are made, as data URLs, by id. */
  readonly previews = new SvelteMap<string, string>();
  /** Counts durable changes per character; its history is read again when the count moves. */
  readonly changes = new SvelteMap<string, number>();
  /** The newest durable event that was applied. */
  seq = $state(0);
  /** What happened here while we were away. */
  readonly visit: Visit;
  project = $state.raw<ProjectRead | null>(null);
  role = $state<Role>('viewer');
  presence = $state.raw<PersonHere[]>([]);
  /** What others did while we had no connection. */
  readonly meanwhile = new Meanwhile((id) => this.nameOf(id));
  /** Values that somebody wished for a field that we changed at the same time. */
  readonly contests = new Contests();
  /** What the others do where we are, and what we do. */
  readonly live = new Live(this);
  readonly follow = new Follow(this);
  connection = $state<Connection>('connecting');
  /** Set when the project cannot be opened at all. */
  problem = $state.raw<Problem | null>(null);
  /** Counts full syncs, and calibrations that changed every score: pages that hold more than the project's state read theirs again. */
  syncs = $state(0);
  /** True once every character is known, so that local search is complete. */
  complete = $state(false);

  #socket: ProjectSocket | null = null;
  #closed = false;
  #greeting: { event: string; payload: Record<string, unknown> }[] = [];
  #texts = new Map<string, TextListener>();
  #leaveOutbox: (() => void) | null = null;

  constructor(projectId: string) {
    this.projectId = projectId;
    this.visit = new Visit(projectId);
  }

  get canEdit(): boolean {
    return this.role === 'owner' || this.role === 'editor';
  }

  get canReview(): boolean {
    return this.canEdit || this.role === 'reviewer';
  }

  /** Pictures on their way: a file cannot be kept for the next page. */
  get isSendingPictures(): boolean {
    return this.uploads.busy || this.checkUploads.busy;
  }

  get isOwner(): boolean {
    return this.role === 'owner';
  }

  async open(): Promise<void> {
    this.problem = null;
    this.#leaveOutbox ??= outbox.join(this);
    try {
      const state = await projectCalls.state(this.projectId);
      if (this.#isClosed()) return;
      this.#take(state);
      this.#connect(state.seq);
      void this.visit.open();
    } catch (error) {
      this.project = null;
      this.problem = asProblem(error);
    }
  }

  close(): void {
    this.#closed = true;
    this.#leaveOutbox?.();
    this.#leave();
    this.#disconnect();
  }

  /** Tells the others which character the page is about (null: none); the address says the rest. */
  lookAt(characterId: string | null): void {
    this.live.about(characterId);
  }

  /** What to say after every connection. */
  greet(messages: { event: string; payload: Record<string, unknown> }[]): void {
    this.#greeting = messages;
    this.#socket?.greet(messages);
  }

  /** Says something to the server; false when there is no connection. */
  say(event: string, payload: Record<string, unknown>, id?: string): boolean {
    return this.#socket?.send(event, payload, id) ?? false;
  }

  /** A change of ours is being sent; its answer is one more word of the server. */
  sending(what: What): (landed: Landed) => void {
    if (what.kind === 'field') return (landed) => this.#landedCharacter(landed);
    const takeNotes = this.notes.load();
    const takeVariations = this.variations.load();
    const takeDecisions = this.decisions.load();
    return ({ noun, record }) => {
      if (noun === 'note') takeNotes([record]);
      else if (noun === 'variation') takeVariations([record]);
      else if (noun === 'decision') takeDecisions([record]);
    };
  }

  /** Hears of a text that is written together, until the returned function is called. */
  listen(document: string, listener: TextListener): () => void {
    this.#texts.set(document, listener);
    if (this.connection === 'live') listener.connected();
    return () => {
      if (this.#texts.get(document) === listener) this.#texts.delete(document);
    };
  }

  /** Name for a user id: a member, somebody who is here, or nobody we know. */
  nameOf(userId: string | null): string {
    if (!userId) return 'OnModel';
    const member = this.members.get(userId);
    if (member) return member.person.name;
    return this.presence.find((person) => person.user_id === userId)?.name ?? 'Somebody';
  }

  /** Colour for a user id. */
  colourOf(userId: string | null): string {
    const person = userId ? this.members.get(userId)?.person : undefined;
    return (
      person?.colour ?? this.presence.find((one) => one.user_id === userId)?.colour ?? '#8f8f8f'
    );
  }

  /** Takes over one message of the socket. Records come whole, so every case is a replacement. */
  apply(message: ServerMessage): void {
    this.meanwhile.take(message);
    switch (message.event) {
      case 'server:hello':
        upgrade.heard(message.payload.version);
        break;
      case 'server:full_sync':
        this.#take(message.payload);
        break;
      case 'server:project.updated':
        this.project = message.payload.data;
        break;
      case 'server:members.updated':
        this.takeMembers(message.payload.data);
        this.#takeRole(message.payload.data);
        break;
      case 'server:character.updated':
        this.characters.upsert(message.payload.data);
        this.contests.changed(message.payload.data);
        outbox.told(message.payload.data);
        this.#changed(message.payload.character_id);
        break;
      case 'server:field.contested':
        this.contests.take(message.payload, message.actor ?? null);
        break;
      case 'server:character.removed':
        this.characters.remove(message.payload.character_id);
        break;
      case 'server:reference.updated':
        this.references.upsert(message.payload.data);
        this.#changed(message.payload.character_id);
        break;
      case 'server:reference.removed':
        this.references.remove(message.payload.reference_id);
        this.#changed(message.payload.character_id);
        break;
      case 'server:training.updated':
        this.jobs.upsert(message.payload.data);
        if (message.payload.data.state !== 'running') this.curves.delete(message.payload.job_id);
        this.#changed(message.payload.character_id);
        break;
      case 'server:training.complete':
        this.#announceTrained(message.payload.character_id);
        break;
      case 'server:variation.updated':
        this.variations.upsert(message.payload.data);
        if (message.payload.data.state !== 'running')
          this.previews.delete(message.payload.variation_id);
        this.#changed(message.payload.character_id);
        break;
      case 'server:variation.removed':
        this.variations.remove(message.payload.variation_id);
        this.previews.delete(message.payload.variation_id);
        this.#changed(message.payload.character_id);
        break;
      case 'server:version.named':
        this.#changed(message.payload.character_id);
        break;
      case 'server:version.restored':
        this.#wentBack(message.payload);
        break;
      case 'server:alert.updated':
        this.alerts.upsert(message.payload.data);
        this.#announceAlert(message.payload.data);
        break;
      case 'server:decision.updated':
        this.#takeDecision(message.payload.data);
        break;
      case 'server:note.updated':
        this.#takeNote(message.payload.data, message.actor ?? null);
        this.#changed(message.payload.character_id);
        break;
      case 'server:note.removed':
        this.notes.remove(message.payload.note_id);
        this.#changed(message.payload.character_id);
        break;
      case 'server:check.updated':
        this.checks.upsert(message.payload.data);
        break;
      case 'server:check.removed':
        this.checks.remove(message.payload.check_id);
        break;
      case 'server:judgement.updated':
        this.#takeJudgement(message.payload);
        break;
      case 'server:golden_set.updated':
        this.goldenSlots.set(message.payload.character_id, message.payload.data);
        break;
      case 'server:golden.updated':
        this.goldenRuns.upsert(message.payload.data);
        break;
      case 'server:identity.calibrated':
        this.syncs += 1;
        break;
      case 'server:text.document':
      case 'server:text.op':
      case 'server:text.ack':
      case 'server:text.cursor':
        this.#texts.get(message.payload.document)?.take(message, message.actor ?? null);
        break;
      case 'server:error':
        for (const listener of this.#texts.values()) listener.take(message, null);
        this.follow.refused(message.payload.code);
        break;
      case 'server:inbox.changed':
        inbox.take(message.payload);
        break;
      case 'server:presence':
        this.presence = message.payload.people;
        break;
      case 'server:presence.moved':
        this.#takeMoved(message.payload.people);
        break;
      case 'server:live':
        this.live.take(message.payload);
        break;
      case 'server:view':
        this.follow.take(message.payload);
        break;
      case 'server:training.progress':
        this.progress.set(message.payload.job_id, message.payload);
        if (message.payload.curve)
          this.curves.set(
            message.payload.job_id,
            grown(this.curves.get(message.payload.job_id), message.payload.curve),
          );
        break;
      case 'server:task_preview':
        this.previews.set(message.payload.node_id, message.payload.image);
        break;
      case 'server:task_progress':
        this.progress.set(message.payload.node_id, { ...message.payload, eta_s: null });
        break;
    }
  }

  takeMembers(members: readonly MemberRead[]): void {
    this.members.reset(members.map((member) => ({ ...member, id: member.person.id })));
  }

  /** Another role shows at once; an administrator owns every project, whatever the list says. */
  #takeRole(members: readonly MemberRead[]): void {
    const own = members.find(({ person }) => person.id === session.me?.id);
    if (own && !session.me?.is_admin) this.role = own.role;
  }

  #take(state: FullSync): void {
    this.seq = state.seq;
    this.project = state.project;
    this.role = state.role;
    this.presence = state.presence;
    this.previews.clear();
    this.takeMembers(state.members);
    this.jobs.reset(state.training);
    this.syncs += 1;
    if (state.characters) {
      this.characters.reset(state.characters);
      this.complete = true;
    } else {
      this.complete = false;
      void this.#readAllCharacters();
    }
  }

  /** Large projects: newest first, then the rest in the background while the page is usable. */
  async #readAllCharacters(): Promise<void> {
    const finish = this.characters.load();
    const seen: CharacterRead[] = [];
    try {
      let cursor: string | null = null;
      do {
        const take = this.characters.load();
        const page = await characterCalls.list(this.projectId, {
          sort: '-updated',
          limit: cursor ? NEXT_PAGES : FIRST_PAGE,
          cursor,
        });
        if (this.#isClosed()) return;
        take(page.items);
        seen.push(...page.items);
        cursor = page.next_cursor ?? null;
      } while (cursor);
      finish(seen, () => true);
      this.complete = true;
    } catch (error) {
      if (this.characters.size === 0) this.problem = asProblem(error);
    }
  }

  #connect(since: number): void {
    this.#disconnect();
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.#socket = new ProjectSocket({
      url: `${scheme}://${location.host}/ws/${this.projectId}?protocol=${PROTOCOL}`,
      since,
      onMessage: (message) => {
        if (message.seq !== undefined) this.seq = message.seq;
        this.apply(message);
      },
      onConnection: (state) => {
        this.connection = state;
        this.meanwhile.connection(state);
        if (state === 'live') outbox.hurry();
        if (state === 'live') inbox.look();
        for (const listener of this.#texts.values())
          if (state === 'live') listener.connected();
          else listener.disconnected();
        if (state === 'live') this.live.connected();
        else this.live.disconnected();
      },
      // Signed out or taken out of the project: asking again over HTTP says which.
      onRefused: () => void this.open(),
      onTooOld: () => {
        upgrade.mustReload();
      },
    });
    this.#socket.greet(this.#greeting);
    this.#socket.connect();
    addEventListener('pagehide', this.#leave);
    addEventListener('online', this.#hurry);
    addEventListener('offline', this.#drop);
    document.addEventListener('visibilitychange', this.#wake);
  }

  #disconnect(): void {
    removeEventListener('pagehide', this.#leave);
    removeEventListener('online', this.#hurry);
    removeEventListener('offline', this.#drop);
    document.removeEventListener('visibilitychange', this.#wake);
    this.#socket?.close();
    this.#socket = null;
  }

  // Asked through a method because it changes while a request is on its way.
  #isClosed(): boolean {
    return this.#closed;
  }

  #leave = (): void => {
    this.visit.leave(this.seq);
  };
  #hurry = (): void => {
    this.#socket?.hurry();
    this.uploads.hurry();
    this.checkUploads.hurry();
  };
  #drop = (): void => {
    this.#socket?.drop();
  };
  #wake = (): void => {
    if (document.visibilityState === 'visible') this.#socket?.hurry();
  };

  #landedCharacter(landed: Landed): void {
    if (landed.noun !== 'character') return;
    const known = this.characters.told(landed.record.id);
    if (!known || known.version <= landed.record.version) this.characters.upsert(landed.record);
  }

  #changed(characterId: string): void {
    this.changes.set(characterId, (this.changes.get(characterId) ?? 0) + 1);
  }

  #takeMoved(people: readonly PersonHere[]): void {
    const moved = new Map(people.map((person) => [person.user_id, person]));
    this.presence = this.presence.map((person) => moved.get(person.user_id) ?? person);
  }

  /** What others see change has a cause: somebody took the character back. */
  #wentBack({ character_id, number, by, data }: VersionRestored): void {
    const character = this.characters.get(character_id);
    if (!character || by === session.me?.id) return;
    const told = `${character.name}: ${this.nameOf(by)} ${data.text}.`;
    toasts.say(told, {
      label: 'Compare',
      href: links.versions(this.projectId, character_id, { from: number - 1, to: number }),
    });
  }

  #announceTrained(characterId: string): void {
    const character = this.characters.get(characterId);
    if (character) announcer.say(`Training of ${character.name} is complete.`);
  }
  #takeJudgement({
    character_id,
    variation_id,
    person_id,
    judgement,
    data,
  }: JudgementUpdated): void {
    const before = this.consistency.item(character_id, variation_id)?.verdicts;
    const mine = person_id === session.me?.id ? judgement : (before?.mine ?? null);
    this.consistency.setVerdicts(character_id, variation_id, { ...data, mine });
  }

  #takeDecision(decision: DecisionRead): void {
    const news = newsOf(this.decisions.get(decision.id), decision);
    this.decisions.upsert(decision);
    this.#changed(decision.character_id);
    if (news) announcer.say(news);
  }

  #takeNote(note: NoteRead, actorId: string | null): void {
    const isNew = !this.notes.get(note.id);
    this.notes.upsert(note);
    const me = session.me?.id;
    if (!isNew || actorId === me) return;
    announcer.say(`${this.nameOf(actorId)} wrote on ${note.label}: ${note.text}`);
  }

  #announceAlert({ state, character_name, variation }: AlertRead): void {
    if (state === 'open') announcer.say(`${character_name} is off model: ${variation.label}.`);
  }
}
