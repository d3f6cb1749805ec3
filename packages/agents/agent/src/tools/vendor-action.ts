import type { JsonObject, VendorCallKind } from '@majordomo/core';
import { asRecord, asText, isList } from '@majordomo/core/toolkit';

const setOf = (names: string): ReadonlySet<unknown> => new Set(names.split(/\s+/));

/** Types of the actions by toolset. The types of other toolsets are not known here, so the tool decides whether it knows an action. */
const ACTIONS: Readonly<Record<string, ReadonlySet<unknown>>> = {
  // `ComputerAction` of openai 7.55.
  '': setOf('click double_click drag keypress move screenshot scroll type wait'),
  // `ComputerMemberName` of @anthropic-ai/sdk 1.10.
  computer: setOf(
    `cursor_position double_click hold_key key left_click left_click_drag left_mouse_down left_mouse_up middle_click
    mouse_move right_click screenshot scroll triple_click type wait zoom`,
  ),
  // `BrowserMemberName` of @anthropic-ai/sdk 1.10.
  browser: setOf(
    `close_tab double_click file_upload find form_input get_page_text hold_key hover javascript_exec key left_click
    left_click_drag left_mouse_down left_mouse_up list_tabs middle_click mouse_move navigate new_tab read_console
    read_network read_page right_click screenshot scroll scroll_to switch_tab triple_click type wait zoom`,
  ),
};

const PATCHES: ReadonlySet<unknown> = new Set(['create_file', 'update_file', 'delete_file']);

/** Throws a `TypeError`, whose message the model receives, for an action that is not known. */
export function checkAction(kind: VendorCallKind, args: JsonObject): void {
  const problem = problemOf(kind, args);
  if (problem !== undefined) throw new TypeError(`${problem}; nothing was run`);
}

function problemOf(kind: VendorCallKind, args: JsonObject): string | undefined {
  switch (kind) {
    case 'computer': {
      const { actions, toolset } = args;
      if (!isList(actions) || actions.length === 0) return 'the call has no action';
      const known = ACTIONS[asText(toolset) ?? ''];
      const types = actions.map((action) => asRecord(action)['type']);
      const unknown = types.filter((type) => typeof type !== 'string' || known?.has(type) === false);
      return unknown.length === 0 ? undefined : `unknown action ${JSON.stringify(unknown[0])}`;
    }
    case 'shell': {
      // `command`: the program and its arguments, for OpenAI's `local_shell`.
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
