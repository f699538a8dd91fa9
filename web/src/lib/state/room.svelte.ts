import { SvelteMap } from 'svelte/reactivity';
import { characters as characterCalls, projects as projectCalls } from '$lib/api/calls';
import { asProblem, type Problem } from '$lib/api/problem';
import { ProjectSocket, type Connection, type SocketMessage } from '$lib/api/socket';
import type {
  CharacterRead,
  MemberRead,
  PersonHere,
  ProjectDetail,
  ProjectRead,
  ProjectState,
  ReferenceRead,
  TrainingJobRead,
  VariationRead,
} from '$lib/api/types';
import { announcer } from './announce.svelte';
import { Collection } from './collection.svelte';
import { changeOf, type Change, type Noun } from './reduce';
import { UploadQueue } from './uploads.svelte';

export interface Progress {
  progress: number;
  step: string;
  eta_s: number | null;
}

type Member = MemberRead & { id: string };

const FIRST_PAGE = 200;
const NEXT_PAGES = 500;

/** One open project: its records, who is here, and the live connection that keeps them true. */
export class Room {
  readonly projectId: string;
  readonly characters = new Collection<CharacterRead>();
  readonly references = new Collection<ReferenceRead>();
  readonly jobs = new Collection<TrainingJobRead>();
  readonly variations = new Collection<VariationRead>();
  readonly members = new Collection<Member>();
  readonly uploads = new UploadQueue({
    onDone: (reference) => {
      // The checked picture may have come over the socket before this answer.
      if (!this.references.get(reference.id)) this.references.upsert(reference);
    },
  });
  readonly progress = new SvelteMap<string, Progress>();
  project = $state.raw<ProjectDetail | null>(null);
  presence = $state.raw<PersonHere[]>([]);
  connection = $state<Connection>('connecting');
  /** Set when the project cannot be opened at all. */
  problem = $state.raw<Problem | null>(null);
  /** True once every character is known, so that local search is complete. */
  complete = $state(false);
  /** Counts durable changes per character; history lists itself again when it moves. */
  readonly changes = new SvelteMap<string, number>();

  #socket: ProjectSocket | null = null;
  #closed = false;
  #here: string | null = null;

  constructor(projectId: string) {
    this.projectId = projectId;
  }

  get canEdit(): boolean {
    return this.project?.role === 'owner' || this.project?.role === 'editor';
  }

  get canReview(): boolean {
    return this.canEdit || this.project?.role === 'reviewer';
  }

  get isOwner(): boolean {
    return this.project?.role === 'owner';
  }

  async open(): Promise<void> {
    this.problem = null;
    try {
      const state = await projectCalls.state(this.projectId);
      if (this.#isClosed()) return;
      this.#take(state);
      this.#connect(state.seq);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  close(): void {
    this.#closed = true;
    removeEventListener('online', this.#hurry);
    removeEventListener('offline', this.#drop);
    document.removeEventListener('visibilitychange', this.#wake);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Tells the others which character we look at (null: the gallery). */
  lookAt(characterId: string | null): void {
    this.#here = characterId;
    const message = { event: 'client:presence', payload: { character_id: characterId } };
    this.#socket?.greet([message]);
    this.#socket?.send(message.event, message.payload);
  }

  get lookingAt(): string | null {
    return this.#here;
  }

  /** Name for a user id: a member, somebody who is here, or nobody we know. */
  nameOf(userId: string | null): string {
    if (!userId) return 'OnModel';
    const member = this.members.get(userId);
    if (member) return member.person.name;
    return this.presence.find((person) => person.user_id === userId)?.name ?? 'Somebody';
  }

  #connect(since: number): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.#socket = new ProjectSocket({
      url: `${scheme}://${location.host}/ws/${this.projectId}`,
      since,
      onMessage: (message) => {
        this.apply(message);
      },
      onConnection: (state) => {
        this.connection = state;
      },
      onRefused: () => {
        void this.open();
      },
    });
    this.lookAt(this.#here);
    this.#socket.connect();
    addEventListener('online', this.#hurry);
    addEventListener('offline', this.#drop);
    document.addEventListener('visibilitychange', this.#wake);
  }

  // Asked through a method because it changes while open() waits.
  #isClosed(): boolean {
    return this.#closed;
  }

  #hurry = (): void => {
    this.#socket?.hurry();
    this.uploads.hurry();
  };
  #drop = (): void => {
    this.#socket?.drop();
  };
  #wake = (): void => {
    if (document.visibilityState === 'visible') this.#socket?.hurry();
  };

  #take(state: ProjectState): void {
    this.project = state.project;
    this.presence = state.presence;
    this.members.reset(state.members.map(asMember));
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
        const page = await characterCalls.list(this.projectId, {
          sort: '-updated',
          limit: cursor ? NEXT_PAGES : FIRST_PAGE,
          cursor,
        });
        if (this.#isClosed()) return;
        seen.push(...page.items);
        this.characters.load()(page.items);
        cursor = page.next_cursor;
      } while (cursor);
      finish(seen, () => true);
      this.complete = true;
    } catch (error) {
      this.problem ??= this.characters.size === 0 ? asProblem(error) : null;
    }
  }

  apply(message: SocketMessage): void {
    if (message.event === 'server:full_sync') {
      this.#take(message.payload as unknown as ProjectState);
    } else if (message.event === 'server:presence') {
      this.presence = (message.payload['people'] ?? []) as PersonHere[];
    } else if (message.event === 'server:training.complete') {
      this.#announceTrained(message.payload['character_id']);
    } else if (message.event === 'server:members.updated') {
      this.members.reset(((message.payload['data'] ?? []) as MemberRead[]).map(asMember));
    } else {
      this.#change(changeOf(message));
    }
  }

  #change(change: Change): void {
    if (change.kind === 'progress') {
      const { progress, step, eta_s } = change;
      for (const id of change.ids) this.progress.set(id, { progress, step, eta_s });
    } else if (change.kind === 'remove') {
      if (change.noun === 'project') return;
      this.#collection(change.noun).remove(change.id);
    } else if (change.kind === 'upsert') {
      this.#upsert(change);
    }
  }

  #upsert({ noun, record }: Extract<Change, { kind: 'upsert' }>): void {
    if (noun === 'project') {
      // The event is the same for everybody; our role is not in it.
      if (this.project) this.project = { ...this.project, ...(record as unknown as ProjectRead) };
      return;
    }
    if (noun === 'character' && record['removed_at']) {
      this.characters.remove(record.id);
    } else {
      this.#collection(noun).upsert(record as never);
    }
    const characterId = noun === 'character' ? record.id : record['character_id'];
    if (typeof characterId === 'string') {
      this.changes.set(characterId, (this.changes.get(characterId) ?? 0) + 1);
    }
  }

  #collection(noun: Exclude<Noun, 'project'>) {
    switch (noun) {
      case 'character':
        return this.characters;
      case 'reference':
        return this.references;
      case 'training':
        return this.jobs;
      case 'variation':
        return this.variations;
    }
  }

  #announceTrained(characterId: unknown): void {
    const character = typeof characterId === 'string' ? this.characters.get(characterId) : null;
    if (character) announcer.say(`Training of ${character.name} is complete.`);
  }
}

function asMember(member: MemberRead): Member {
  return { ...member, id: member.person.id };
}
