import { relative, resolve } from 'node:path';
import { outcomesOf } from './outcomes.ts';
import type { Subject } from './subjects.ts';

/** Members of Vitest's JSON report that the matrix reads. */
export interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

const ROOT = resolve(import.meta.dirname, '../../../..');

/**
 * Returns the cases that passed in the matrix but not in the run, as `file > variant > case: status`. A case that was not run
 * counts as proven if it passed for another variant of its file, because the default run omits cases that do not depend on the profile.
 */
export function unproven(subjects: readonly Subject[], report: Report): readonly string[] {
  const { statuses, passedInFile } = resultsOf(report);
  return subjects.flatMap((subject) => {
    const outcomes = outcomesOf(subject);
    return subject.variants.flatMap(([title]) =>
      outcomes
        .filter(({ cannot }) => !cannot.some(([other]) => other === title))
        .flatMap(({ of }) => {
          const id = `${subject.file} > ${title} > ${of.name}`;
          const status = statuses.get(id) ?? 'not run';
          const passedElsewhere = status === 'not run' && passedInFile.has(`${subject.file} > ${of.name}`);
          return status === 'passed' || passedElsewhere ? [] : [`${id}: ${status}`];
        }),
    );
  });
}

/** Returns the status by `file > variant > case`, and `file > case` of each passed case. */
function resultsOf({ testResults }: Report) {
  const statuses = new Map<string, string>();
  const passedInFile = new Set<string>();
  for (const { name, assertionResults } of testResults) {
    const file = relative(ROOT, name).replaceAll('\\', '/');
    for (const { ancestorTitles, title, status } of assertionResults) {
      statuses.set(`${file} > ${ancestorTitles.join(' ')} > ${title}`, status);
      if (status === 'passed') passedInFile.add(`${file} > ${title}`);
    }
  }
  return { statuses, passedInFile };
}
