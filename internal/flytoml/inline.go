package flytoml

import (
	"bytes"
	"strings"
)

// insertMember writes a key into the braces of an inline table. The first
// dotted of the keys are dotted tables that exist; the others nest.
func (f *File) insertMember(box *node, keys []string, dotted int, k newKey) ([]splice, error) {
	if box.kind != Table {
		return nil, f.refuseAt(box, box.describe()+" is not a table")
	}
	if k.tail != "" {
		return nil, f.refuseAt(box, "its comment has no place in an inline table")
	}
	eq := f.inlineAssign(box.val)
	text := k.text
	for i := len(keys) - 1; i > dotted; i-- {
		text = "{ " + quoteKey(keys[i]) + eq + text + " }"
	}
	quoted := make([]string, dotted+1)
	for i := range quoted {
		quoted[i] = quoteKey(keys[i])
	}
	text = strings.Join(quoted, ".") + eq + text
	in, err := f.insertElement(box.val, text)
	if err != nil {
		return nil, f.refuseAt(box, err.Error())
	}
	if next, ok := box.memberAfter(keys[:dotted+1]); ok {
		in = splice{span: span{next.start, next.start}, text: text + ", "}
	}
	if len(k.above) == 0 {
		return []splice{in}, nil
	}
	above := f.insertLines(box.stmt.first, indented(f.indentOf(box.stmt), k.above...))
	return []splice{above, in}, nil
}

// memberAfter is the member of an inline table that a new key goes in front
// of: the one behind the last that comes before it. Of several keys the last
// is the new one, and the others are dotted tables that exist.
func (n *node) memberAfter(keys []string) (next span, ok bool) {
	key := keys[len(keys)-1]
	for _, k := range keys[:len(keys)-1] {
		n = n.kid(k)
	}
	for i := len(n.kids) - 1; i >= 0; i-- {
		k := n.kids[i]
		if k.form != formValue {
			return span{}, false // several members, which may stand apart
		}
		if n.order(k.key, key) < 0 {
			return next, ok
		}
		next, ok = k.member, true
	}
	return next, ok
}

func (f *File) inlineAssign(s span) string {
	text := f.src[s.start:s.end]
	if bytes.ContainsRune(text, '=') && !bytes.Contains(text, []byte(" =")) {
		return "="
	}
	return " = "
}

// insertElement writes text as the last element between the brackets or
// braces of a value.
func (f *File) insertElement(box span, text string) (splice, error) {
	if f.commentIn(box) {
		return splice{}, refuse("it has comments inside")
	}
	closer := box.end - 1
	inner := f.src[box.start+1 : closer]
	body := bytes.TrimRight(inner, " \t\r\n")
	if len(body) == 0 {
		if f.src[closer] == '}' {
			text = " " + text + " "
		}
		return splice{span: span{box.start + 1, closer}, text: text}, nil
	}
	end := box.start + 1 + len(body)
	sep, tail := ", ", ""
	// Elements on lines of their own stay so.
	gap := inner[:len(inner)-len(bytes.TrimLeft(inner, " \t\r\n"))]
	if i := bytes.LastIndexByte(gap, '\n'); i >= 0 {
		sep = "," + f.eolNear(f.lineAt(end)) + string(gap[i+1:])
	}
	if body[len(body)-1] == ',' {
		sep, tail = sep[1:], ","
	}
	return splice{span: span{end, end}, text: sep + text + tail}, nil
}

// removeElement takes the element out from between brackets or braces, with
// one comma.
func (f *File) removeElement(box, el span) (splice, error) {
	if f.commentIn(box) {
		return splice{}, refuse("comments stand beside it")
	}
	const space = " \t\r\n"
	closer := box.end - 1
	before := f.src[box.start+1 : el.start]
	after := f.src[el.end:closer]
	pre := bytes.TrimRight(before, space)
	post := bytes.TrimLeft(after, space)
	cut := el
	trailing := len(post) > 0 && post[0] == ','
	if trailing {
		cut.end = closer - len(post) + 1
		post = bytes.TrimLeft(post[1:], space)
	}
	switch {
	case len(post) > 0: // another follows: it moves up
		cut.end = closer - len(post)
	case len(pre) == 0: // it was alone
		cut = span{box.start + 1, closer}
	case trailing: // the last, and a comma before the bracket: keep that look
		cut.start = box.start + 1 + len(pre)
	default:
		cut.start = box.start + len(pre) // the comma before it goes
	}
	return splice{span: cut}, nil
}
