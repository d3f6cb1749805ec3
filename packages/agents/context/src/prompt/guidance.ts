import type { Layer } from './build-prompt.ts';
import { GUIDANCE } from './guidance-table.ts';

/** Returns guidance for the tools and the model family, as layers with the tier `stable`. */
export function guidance({
  tools,
  model,
}: {
  readonly tools: readonly string[];
  /** Id or spec of the model, such as `anthropic/claude-sonnet-5`. */
  readonly model: string;
}): readonly Layer[] {
  const name = model.toLowerCase();
  const applies = GUIDANCE.filter(({ anyTool, family }) => {
    const fitsTools = tools.some((tool) => anyTool === undefined || anyTool.test(tool));
    const fitsFamily = family === undefined || family.test(name);
    return fitsTools && fitsFamily;
  });
  return applies.map(({ id, text }) => ({ tier: 'stable', name: `guidance: ${id}`, text }));
}
