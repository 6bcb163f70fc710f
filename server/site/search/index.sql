-- The tables of the index, and temporary ones with what statements say, by IRIs, from which it is put together.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE about (whole INTEGER, things INTEGER);
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT, kind TEXT, place INTEGER, weight REAL);
CREATE TABLE name (thing INTEGER, lang TEXT, folded TEXT, PRIMARY KEY (thing, lang)) WITHOUT ROWID;
CREATE TABLE text (thing INTEGER, role INTEGER, words TEXT, lang TEXT, source TEXT);
CREATE TABLE bit (facet TEXT PRIMARY KEY, bit INTEGER);
CREATE TABLE facet (thing INTEGER, bit INTEGER, value TEXT, PRIMARY KEY (thing, bit, value)) WITHOUT ROWID;
CREATE TABLE day (thing INTEGER PRIMARY KEY, first TEXT, last TEXT);
CREATE VIRTUAL TABLE words USING fts5(
  label, variant, definition, quote, content='', tokenize='ascii', prefix='3 4');
CREATE VIRTUAL TABLE spelling USING fts5(word, named UNINDEXED, tokenize='trigram', detail='none');
CREATE VIRTUAL TABLE question USING fts5(slug UNINDEXED, words, tokenize='ascii', detail='none');

CREATE TEMP TABLE found_text (thing, role, words, lang, source, UNIQUE (thing, role, words, lang, source));
CREATE TEMP TABLE value (thing, bit, value, PRIMARY KEY (thing, bit, value)) WITHOUT ROWID;
CREATE TEMP TABLE year (thing, year, PRIMARY KEY (thing, year)) WITHOUT ROWID;
CREATE TEMP TABLE period (thing, first, last);
CREATE TEMP TABLE link (name, subject, object, PRIMARY KEY (name, subject, object)) WITHOUT ROWID;
CREATE TEMP TABLE exact (selector, words, lang, PRIMARY KEY (selector, words, lang)) WITHOUT ROWID;
