-- What statements say of things only together.
BEGIN;
CREATE UNIQUE INDEX thing_iri ON thing (iri);

-- The words that support a fact (3: a quote), each with the sentence that they stand in.
INSERT OR IGNORE INTO found_text
SELECT evidence.subject, 3, words, lang, COALESCE(
  (SELECT object FROM link WHERE name = 'sentence' AND subject = evidence.object LIMIT 1), '')
FROM link AS evidence
JOIN link AS target ON target.name = 'target' AND target.subject = evidence.object
JOIN link AS selector ON selector.name = 'selector' AND selector.subject = target.object
JOIN exact ON exact.selector = selector.object
WHERE evidence.name = 'evidence';

-- A person has the names of the offices that a text tells of (4: of an office).
INSERT OR IGNORE INTO found_text
SELECT holder.object, 4, words, lang, ''
FROM link AS holder
JOIN link AS post ON post.name = 'post' AND post.subject = holder.subject
JOIN found_text ON found_text.thing = post.object AND role IN (0, 1)
WHERE holder.name = 'holder';

-- The members of a situation have its values, but for its status.
INSERT OR IGNORE INTO value
SELECT member.iri, bit, value
FROM link JOIN value ON value.thing = link.subject JOIN thing AS member ON member.iri = link.object
WHERE link.name = 'member' AND bit != (SELECT bit FROM bit WHERE facet = 'status');

-- What a fact names has the source of the fact.
INSERT OR IGNORE INTO value
SELECT link.object, bit, value FROM link JOIN value ON value.thing = link.subject
WHERE link.name = 'told' AND bit = (SELECT bit FROM bit WHERE facet = 'source');

-- A thing has the years of its time spans.
INSERT OR IGNORE INTO year
SELECT link.subject, year FROM link JOIN year ON year.thing = link.object WHERE link.name = 'span';
INSERT INTO period
SELECT link.subject, first, last FROM link JOIN period ON period.thing = link.object WHERE link.name = 'span';

-- What happened in the course of something else has the days of that.
WITH RECURSIVE course (thing, around) AS (
  SELECT subject, object FROM link WHERE name = 'during'
  UNION SELECT course.thing, link.object FROM course JOIN link ON link.subject = course.around AND name = 'during'
)
INSERT INTO period SELECT course.thing, first, last FROM course JOIN period ON period.thing = course.around;

-- What is planned without a time of its own has the days of what it is to go with, or of those named to chair it.
INSERT INTO period
SELECT link.subject, first, last FROM link JOIN period ON period.thing = link.object
WHERE link.name = 'alongside' AND link.subject NOT IN (SELECT thing FROM period);

-- A document without a time of its own has the days of the event by which it came about.
INSERT INTO period
SELECT link.object, first, last FROM link JOIN period ON period.thing = link.subject
WHERE link.name = 'produced' AND link.object NOT IN (SELECT thing FROM period);

-- An article has what one of its facts has, but for its status.
INSERT OR IGNORE INTO value
SELECT link.object, bit, value FROM link JOIN value ON value.thing = link.subject
WHERE link.name = 'article' AND bit != (SELECT bit FROM bit WHERE facet = 'status');
INSERT OR IGNORE INTO year
SELECT link.object, year FROM link JOIN year ON year.thing = link.subject WHERE link.name = 'article';
INSERT INTO day SELECT id, MIN(first), MAX(last) FROM thing JOIN period ON period.thing = iri GROUP BY id;

INSERT INTO value SELECT iri, (SELECT bit FROM bit WHERE facet = 'kind'), kind FROM thing;
INSERT INTO value SELECT thing, (SELECT bit FROM bit WHERE facet = 'year'), CAST(year AS TEXT) FROM year;
COMMIT;
