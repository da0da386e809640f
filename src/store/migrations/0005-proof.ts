/** Migration 5: keys that requests are signed with, when a password was last given, and session tokens that change. */
import type { Migration } from './migration.ts'

export const proof: Migration = {
  version: 5,
  sqlite: `
    -- A login was the only time when a password was given.
    alter table sessions add column auth_at integer not null default 0;
    -- At once: no token from before has been replaced yet.
    alter table sessions add column renew_at integer not null default 0;
    update sessions set auth_at = created_at, renew_at = created_at;

    alter table sessions add column proof_alg text;
    alter table sessions add column proof_keyid text check ((proof_keyid is null) = (proof_alg is null));
    alter table sessions add column proof_key text check ((proof_key is null) = (proof_alg is null));
    alter table tokens add column proof_alg text;
    alter table tokens add column proof_keyid text check ((proof_keyid is null) = (proof_alg is null));
    alter table tokens add column proof_key text check ((proof_key is null) = (proof_alg is null));

    alter table sessions add column next_hash text;
    alter table sessions add column next_salt text check ((next_salt is null) = (next_hash is null));
    create unique index sessions_next on sessions (next_hash) where next_hash is not null;

    -- All that a session ever had, so that a copy is known however old it is.
    create table replaced_tokens (
      hash       text primary key,
      session    text not null,
      good_until integer not null
    ) strict, without rowid;
    create index replaced_tokens_of_session on replaced_tokens (session);
    create trigger sessions_deleted after delete on sessions begin
      delete from replaced_tokens where session = old.id;
    end;
  `,
}
