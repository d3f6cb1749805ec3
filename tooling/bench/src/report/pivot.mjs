import { median, medianRatio } from '../measure/statistics.mjs';
import { inFigures, markdown } from './table.mjs';

/**
 * A table for each metric, short enough for a page: wires down, subjects across. Where no wire is involved, subjects go
 * down.
 */
export function pivotsOf(measures) {
  const metrics = [...new Set(measures.map(({ metric }) => metric))];
  return metrics.map((metric) => {
    const own = measures.filter((each) => each.metric === metric);
    const [{ title, unit }] = own;
    const table = own.every(({ wire }) => wire === '-') ? down(own) : across(own);
    return `${title}${unit === '' ? '' : `, ${unit}`}\n\n${table}`;
  });
}

const down = (own) =>
  markdown(
    ['', own[0].unit],
    own.map((each) => [each.subject, cell(each)]),
  );

function across(own) {
  const subjects = [...new Set(own.map(({ subject }) => subject))];
  const isCompared = subjects.includes('sdk') && subjects.includes('majordomo');
  const rows = [...new Set(own.map(({ wire }) => wire))].map((wire) => {
    const of = (subject) => own.find((each) => each.wire === wire && each.subject === subject);
    return [
      wire,
      ...subjects.map((subject) => cell(of(subject))),
      ...(isCompared ? [ratio(of('majordomo'), of('sdk'))] : []),
    ];
  });
  return markdown(['wire', ...subjects, ...(isCompared ? ['majordomo × SDK'] : [])], rows);
}

const cell = (measure) =>
  measure === undefined ? '' : measure.error === undefined ? inFigures(median(measure.values)) : 'failed';

const ratio = (own, other) =>
  own === undefined || other === undefined ? '' : inFigures(medianRatio(own.values, other.values));
