export type QuerySettings = Record<string, string>;

/**
 * The settings that a query is sent with: of those that would help, and the query's own, the ones that this server knows, by name and
 * present value, and none where the user may not change any (`readonly` 1). No answer depends on them.
 */
export function querySettings(known: ReadonlyMap<string, string>, own: QuerySettings): QuerySettings {
  if (known.get('readonly') === '1') return {};
  const memoryBytes = Number(known.get('max_memory_usage') ?? 0);
  const wanted: QuerySettings = {
    // Shards send what they counted piece by piece, so that adding it up needs memory for a piece.
    distributed_aggregation_memory_efficient: '1',
    cancel_http_readonly_queries_on_client_close: '1',
    // So that nothing between here and there takes a query without a row yet for dead.
    send_progress_in_http_headers: '1',
    http_headers_progress_interval_ms: '60000',
    ...(memoryBytes > 0
      ? {
          max_bytes_before_external_group_by: String(Math.floor(memoryBytes / 2)),
          max_bytes_before_external_sort: String(Math.floor(memoryBytes / 4)),
        }
      : {}),
    ...own,
    // Nothing that foresync sends can change anything.
    readonly: '2',
  };
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => isFree(name, known)));
}

/** What the server does not know would fail; what the operator has set there stays. */
function isFree(name: string, known: ReadonlyMap<string, string>): boolean {
  const value = known.get(name);
  if (value === undefined || (name === 'readonly' && value !== '0')) return false;
  return !name.startsWith('max_bytes_before') || value === '0';
}
