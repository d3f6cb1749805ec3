import type { JsonObject, VendorCallKind } from '@majordomo/core';
import { asRecord, isList } from '@majordomo/core/toolkit';

/** Types of the actions of a computer (`ComputerAction` of openai 7.55). */
const COMPUTER_ACTIONS: ReadonlySet<unknown> = new Set([
  'click',
  'double_click',
  'drag',
  'keypress',
  'move',
  'screenshot',
  'scroll',
  'type',
  'wait',
]);

const PATCHES: ReadonlySet<unknown> = new Set(['create_file', 'update_file', 'delete_file']);

/** Throws a `TypeError`, whose message the model receives, for an action that is not known. */
export function checkAction(kind: VendorCallKind, args: JsonObject): void {
  const problem = problemOf(kind, args);
  if (problem !== undefined) throw new TypeError(`${problem}; nothing was run`);
}

function problemOf(kind: VendorCallKind, args: JsonObject): string | undefined {
  switch (kind) {
    case 'computer': {
      const { actions } = args;
      if (!isList(actions) || actions.length === 0) return 'the call has no action';
      const unknown = actions.map((action) => asRecord(action)['type']).filter(isUnknownAction);
      return unknown.length === 0 ? undefined : `unknown action ${JSON.stringify(unknown[0])}`;
    }
    case 'shell': {
      const commands = args['commands'] ?? args['command'];
      return isList(commands) && commands.length > 0 && commands.every((each) => typeof each === 'string')
        ? undefined
        : 'the call has no commands';
    }
    case 'patch': {
      const { type, path } = args;
      if (!PATCHES.has(type)) return `unknown action ${JSON.stringify(type)}`;
      return typeof path === 'string' && path !== '' ? undefined : 'the patch has no path';
    }
    case 'mcp-approval':
      return typeof args['name'] === 'string' && args['name'] !== '' ? undefined : 'the call names no tool';
    default:
      return kind satisfies never;
  }
}

const isUnknownAction = (type: unknown): boolean => !COMPUTER_ACTIONS.has(type);
