import type { ToolSpec } from '@majordomo/core';

/**
 * Order of tools, in which the run first offered them in this process. New tools are last, so that the beginning of the prompt
 * does not change and prompt caches match. The beginning changes only if a tool is removed.
 */
export class ToolOrder {
  private readonly positions = new Map<string, number>();
  private last: readonly ToolSpec[] = [];

  /**
   * Returns the sorted tools. Returns the last result or the argument if it equals the result, because providers recognize lists by
   * identity.
   */
  arrange(tools: readonly ToolSpec[]): readonly ToolSpec[] {
    for (const { name } of tools)
      if (!this.positions.has(name)) this.positions.set(name, this.positions.size);
    const arranged = tools.toSorted((a, b) => this.positionOf(a) - this.positionOf(b));
    const same = [this.last, tools].find((list) => hasSameItems(list, arranged));
    this.last = same ?? arranged;
    return this.last;
  }

  private positionOf({ name }: ToolSpec): number {
    return this.positions.get(name) ?? Infinity;
  }
}

/** Whether two arrays contain the same objects in the same order. */
export const hasSameItems = <T>(list: readonly T[], other: readonly T[] | undefined): boolean =>
  list.length === other?.length && list.every((item, at) => item === other[at]);
