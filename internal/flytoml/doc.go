// Package flytoml reads fly.toml as bytes plus positions and edits it so that
// every byte outside an edit stays.
//
// go-toml says what a file means and where its statements are; flyctl reads
// with the same library, so both agree on what is TOML. Edits name keys, never
// bytes, and every one is checked as it is made: see [File.Apply].
//
// Insertions of different keys commute: the bytes don't tell which was made
// first. Of a file in two styles that are nearly even, taking something away
// may change the style of what comes after it.
//
// What it doesn't do, and refuses instead:
//
//   - edit inside of an array or inline table that has comments in it;
//   - move an entry of an array, or a table that only dotted keys make;
//   - make [[x]] of a table without a heading of its own;
//   - move a table to where its headings, left where they are, would mean
//     something else.
//
// Which comment belongs to what can't be known in TOML. A comment is taken
// along with a key only when it stands directly above it, nothing stands
// directly above the comment but a heading, and no key follows directly; with
// a table, only when a blank line or the start of the file is above it. When
// in doubt a comment stays.
package flytoml
