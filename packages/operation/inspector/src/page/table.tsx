import type { ComponentChildren, JSX } from 'preact';

/** Column of a table. The first column names its row. */
export interface Column<Row> {
  readonly name: string;
  /** CSS classes of the cells, such as `number`. */
  readonly class?: string;
  /** Whether the name is only for screen readers. */
  readonly isUnnamed?: boolean;
  readonly cell: (row: Row, index: number) => ComponentChildren;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** Table that scrolls horizontally if it is wider than the page. */
export const Table = <Row,>({ label, columns, rows, keyOf }: TableProps<Row>): JSX.Element => (
  <div class="scroll" tabIndex={0} role="region" aria-label={label}>
    <table class="rows">
      <thead>
        <tr>
          {columns.map(({ name, class: className, isUnnamed }) => (
            <th key={name} scope="col" class={className}>
              {isUnnamed === true ? <span class="unseen">{name}</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={keyOf(row)}>
            {columns.map(({ name, class: className, cell }, place) =>
              place === 0 ? (
                <th key={name} scope="row" class={className}>
                  {cell(row, index)}
                </th>
              ) : (
                <td key={name} class={className}>
                  {cell(row, index)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
