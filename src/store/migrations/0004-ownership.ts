/** Migration 4: whose events, uploads, deep links and files are; and how many of each somebody has. */
import type { Migration } from './migration.ts'

export const ownership: Migration = {
  version: 4,
  sqlite: `
    create table owned (
      number        integer primary key,
      kind          text not null check (kind in ('event', 'upload', 'deep-link', 'file')),
      id            text not null,
      owner         text not null check (owner <> ''),
      at            integer not null,
      endpoint      integer,
      endpoint_name text,
      session       text,
      check ((kind = 'event') = (endpoint is not null)),
      check ((kind = 'event') = (endpoint_name is not null)),
      check (kind = 'event' or session is null),
      unique (kind, id, owner)
    ) strict;
    create index owned_of_owner on owned (kind, owner, at);
    create index owned_by_age on owned (kind, at);

    -- Counting a million rows takes longer than a request may; the row of owner '' counts them all.
    create table owned_counts (
      kind  text not null,
      owner text not null,
      count integer not null,
      primary key (kind, owner)
    ) strict, without rowid;
    create trigger owned_inserted after insert on owned begin
      insert into owned_counts (kind, owner, count) values (new.kind, new.owner, 1), (new.kind, '', 1)
        on conflict (kind, owner) do update set count = count + 1;
    end;
    create trigger owned_deleted after delete on owned begin
      update owned_counts set count = count - 1 where kind = old.kind and owner in (old.owner, '');
      delete from owned_counts where kind = old.kind and owner = old.owner and count = 0;
    end;
  `,
}
