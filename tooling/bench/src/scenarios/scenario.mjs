/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {{ full: Size, gate: Size }} sizes
 * @property {(context: Context) => Promise<import('../measure/measures.mjs').Measure[]>} run
 * @property {readonly Goal[]} goals
 * @property {boolean} [withPeers] other libraries take part; default: raw fetch, the SDKs and majordomo
 * @property {readonly string[]} [gateWires] default: the main ones
 *
 * @typedef {{ rounds: number, warmUp: number, [amount: string]: number }} Size
 *
 * @typedef {object} Context
 * @property {readonly import('../subjects/session.mjs').Subject[]} subjects
 * @property {(script: string) => string} place the origin at which the server says that
 * @property {Size} size
 * @property {number} rounds
 * @property {number} warmUp
 * @property {() => number} random
 * @property {import('../measure/rounds.mjs').Plan['around']} [around]
 * @property {boolean} isGate
 *
 * @typedef {object} Goal
 * @property {string} row
 * @property {string} [wire]
 * @property {number} atMost
 * @property {number} [stretch]
 * @property {string} unit
 * @property {string} [beside] a subject without which there is nothing to compare with: a peer may not be installed
 * @property {(read: ReturnType<import('../measure/measures.mjs').reader>) => number} figure
 */

/** Subjects that can do it, opened at a place of the server. */
export async function opened({ subjects, place }, script, method) {
  const all = await Promise.all(
    subjects.map(async ({ family, wire, open }) => ({
      subject: family,
      wire,
      session: await open(place(script)),
    })),
  );
  return all.filter(({ session }) => session[method] !== undefined);
}

/** A wrong answer ends a subject's part. */
export function check(answer, expected) {
  if (answer !== expected) throw new Error(`wrong answer: ${String(answer).slice(0, 80)}`);
}

/** The same goal for several wires. */
export const forWires = (wires, goalOf) => wires.map((wire) => ({ wire, ...goalOf(wire) }));
