import type { Session } from './session.ts';

/**
 * Has the server write none of the statements to its log that follow in the session, or the transaction, for they may hold a password. A login that may set some of it
 * only, or nothing, goes on without.
 */
export async function keepOutOfLog(session: Session, until: 'session' | 'transaction'): Promise<void> {
  const [version] = await session.row("SELECT current_setting('server_version_num')");
  const isGranted = Number(version) < 150_000 ? 'false' : "has_parameter_privilege(name, 'SET')";
  await session.rows(
    `SELECT set_config(name, quiet, ${until === 'transaction'})
      FROM (VALUES ('log_min_error_statement', 'panic'), ('log_statement', 'none'), ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
        ('log_transaction_sample_rate', '0'), ('pg_stat_statements.track_utility', 'off')) AS wanted (name, quiet)
        JOIN pg_settings USING (name)
      WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR ${isGranted}`,
  );
}
