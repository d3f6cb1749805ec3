import type { Layer } from './build-prompt.ts';
import { GUIDANCE } from './guidance-table.ts';

/** Returns guidance for the given tools and model family, as layers of the stable tier. */
export function guidance({
  tools,
  model,
}: {
  readonly tools: readonly string[];
  /** An id or a spec, such as `anthropic/claude-sonnet-5`. */
  readonly model: string;
}): readonly Layer[] {
  const name = model.toLowerCase();
  return GUIDANCE.filter(
    ({ anyTool, family }) =>
      (anyTool === undefined || tools.some((tool) => anyTool.test(tool))) &&
      (family === undefined || family.test(name)) &&
      (anyTool !== undefined || tools.length > 0),
  ).map(({ id, text }) => ({ tier: 'stable', name: `guidance: ${id}`, text }));
}
