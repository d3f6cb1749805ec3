import { setTimeout } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';
import { startRedis, toldRedis, type Redis } from './redis.ts';

/** Redis cluster of three nodes. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly Redis[];
  /**
   * Moves a slot and its keys to the next node. The old node redirects clients. `during` runs when the move has begun and no key has
   * moved yet.
   */
  move(slot: number, during?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const NODES = 3;
const READY_MS = 60_000;
const READY_EVERY_MS = 50;
const MOST_KEYS = 10_000;

/** Starts an empty cluster on 127.0.0.1. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const buses = await freePorts(NODES);
  const nodes = await Promise.all(
    buses.map((bus) => startRedis({ more: ['--cluster-enabled', 'yes', '--cluster-port', `${bus}`] })),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const ownerOf = (slot: number): number => Math.floor((slot * NODES) / SLOTS);
  try {
    for (const [number, { port }] of nodes.entries()) {
      const slots = Array.from({ length: SLOTS }, (_, slot) => slot).filter(
        (slot) => ownerOf(slot) === number,
      );
      await send(port, `CLUSTER ADDSLOTSRANGE ${slots[0]} ${slots.at(-1)}`);
      // Set different epochs first. Otherwise the nodes detect equal epochs and change them during the setup.
      await send(port, `CLUSTER SET-CONFIG-EPOCH ${number + 1}`);
      await send(portOf(nodes, 0), `CLUSTER MEET 127.0.0.1 ${port} ${buses[number]}`);
    }
    await until(nodes, async (views) => {
      const infos = await Promise.all(nodes.map(({ port }) => toldRedis(port, 'CLUSTER INFO')));
      return infos.every((info) => info.includes('cluster_state:ok')) && views[0]?.length === NODES;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const move: RedisCluster['move'] = (slot, during) => moveSlot(nodes, slot, ownerOf(slot), during);
  return { nodes, stop, [Symbol.asyncDispose]: stop, move };
}

async function moveSlot(
  nodes: readonly Redis[],
  slot: number,
  from: number,
  during: () => Promise<void> = async () => undefined,
): Promise<void> {
  const [source, target] = [portOf(nodes, from), portOf(nodes, (from + 1) % NODES)];
  const [sourceId, targetId] = await Promise.all([source, target].map((port) => idOf(port)));
  await send(target, `CLUSTER SETSLOT ${slot} IMPORTING ${sourceId}`);
  await send(source, `CLUSTER SETSLOT ${slot} MIGRATING ${targetId}`);
  await during();
  const keys = parseList(await toldRedis(source, `CLUSTER GETKEYSINSLOT ${slot} ${MOST_KEYS}`));
  const quoted = keys.map((key) => JSON.stringify(key)).join(' ');
  if (keys.length > 0) await send(source, `MIGRATE 127.0.0.1 ${target} "" 0 10000 KEYS ${quoted}`);
  // Notifies all nodes like `redis-cli --cluster`, because gossip can take a long time.
  for (const port of new Set([target, source, ...nodes.map((node) => node.port)]))
    await send(port, `CLUSTER SETSLOT ${slot} NODE ${targetId}`);
  // Wait until all nodes are notified, because until then they may redirect clients to each other.
  await until(nodes, (views) =>
    views.every((view) => view.some(({ id, slots }) => id === targetId && includes(slots, slot))),
  );
}

/** Entry of a node in the view of another node. */
interface NodeEntry {
  readonly id: string;
  /** If two nodes claim a slot, the one with the higher epoch owns it. */
  readonly epoch: string;
  /** Slot numbers, and ranges such as `0-5460`. */
  readonly slots: readonly string[];
}

/**
 * Parses the nodes by id. A line describes a node: the seventh field is its epoch, slots begin at the ninth, and migrating
 * slots are in brackets.
 */
const parseNodes = (answer: string): readonly NodeEntry[] =>
  (answer.match(/^[\da-f]{40} .*$/gm) ?? [])
    .map((line) => {
      const [id = '', , , , , , epoch = '', , ...slots] = line.split(' ');
      return { id, epoch, slots: slots.filter((each) => !each.startsWith('[')) };
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1));

const includes = (slots: readonly string[], slot: number): boolean =>
  slots.some((each) => {
    const [first = NaN, last = first] = each.split('-').map(Number);
    return first <= slot && slot <= last;
  });

const portOf = (nodes: readonly Redis[], number: number): number => nodes[number]?.port ?? 0;

/** Returns the id of a node. Its reply is one string, so a list header precedes it here, which `parseList` requires. */
const idOf = async (port: number): Promise<string> =>
  parseList(`*1\r\n${await toldRedis(port, 'CLUSTER MYID')}`)[0] ?? '';

/** Parses the strings of a list reply. Its first line has their number, and a line with its length precedes each string. */
const parseList = (answer: string): readonly string[] =>
  answer
    .split('\r\n')
    .slice(1)
    .filter((_, at) => at % 2 === 1);

/** Sends a command. Throws if the reply is not a success. */
async function send(port: number, command: string): Promise<void> {
  const answer = await toldRedis(port, command);
  if (!answer.startsWith('+')) throw new Error(`Redis refused ${command}: ${answer}`);
}

/**
 * Waits until all nodes have the same correct view. A node that does not know the epochs of the others would claim a slot with
 * a low epoch and lose it to the previous owner, and the nodes would disagree permanently.
 */
async function until(
  nodes: readonly Redis[],
  holds: (views: readonly (readonly NodeEntry[])[]) => boolean | Promise<boolean>,
): Promise<void> {
  const end = Date.now() + READY_MS;
  for (;;) {
    const views = await Promise.all(
      nodes.map(async ({ port }) => parseNodes(await toldRedis(port, 'CLUSTER NODES'))),
    );
    const distinctViews = new Set(views.map((view) => JSON.stringify(view)));
    if (distinctViews.size === 1 && (await holds(views))) return;
    if (Date.now() > end)
      throw new Error(`redis-cluster: the nodes have different views: ${[...distinctViews].join(' ')}`);
    await setTimeout(READY_EVERY_MS);
  }
}
