package jsonschema

import (
	"encoding"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Source is what the Go sources say about the types: comments, and the
// constants of a type.
type Source struct {
	docs   map[string]string // "Plan.Findings", "Plan"
	consts map[string][]any  // type: values
}

// ReadSource reads the Go files of folders, tests apart.
func ReadSource(dirs ...string) (*Source, error) {
	s := &Source{docs: map[string]string{}, consts: map[string][]any{}}
	for _, dir := range dirs {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(names) == 0 {
			return nil, fmt.Errorf("no Go files in %s: %w", dir, os.ErrNotExist)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			for _, decl := range file.Decls {
				if g, ok := decl.(*ast.GenDecl); ok {
					s.read(g)
				}
			}
		}
	}
	return s, nil
}

func (s *Source) read(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.docs[spec.Name.Name] = sentence(g.Doc, spec.Doc)
			if st, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range st.Fields.List {
					for _, name := range f.Names {
						s.docs[spec.Name.Name+"."+name.Name] = sentence(f.Doc, f.Comment)
					}
				}
			}
		case *ast.ValueSpec:
			of, ok := spec.Type.(*ast.Ident)
			if g.Tok != token.CONST || !ok {
				continue
			}
			for _, v := range spec.Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil {
						s.consts[of.Name] = append(s.consts[of.Name], text)
					}
				}
			}
		}
	}
}

// sentence is a comment on one line.
func sentence(groups ...*ast.CommentGroup) string {
	var words []string
	for _, g := range groups {
		words = append(words, strings.Fields(g.Text())...)
	}
	return strings.Join(words, " ")
}

// Of is the schema of values that are one of the types, as encoding/json
// writes them. words are the texts of types that write themselves; nil: any.
func Of(src *Source, words map[reflect.Type][]any, types ...reflect.Type) Schema {
	m := &maker{src: src, words: words, definitions: Schema{}}
	var any []any
	for _, t := range types {
		any = append(any, m.of(t))
	}
	return Schema{"$schema": "http://json-schema.org/draft-07/schema#", "anyOf": any, "definitions": m.definitions}
}

type maker struct {
	src         *Source
	words       map[reflect.Type][]any
	definitions Schema
}

func (m *maker) of(t reflect.Type) Schema {
	if words, ok := m.words[t]; ok {
		if words == nil {
			return Schema{"type": "string"}
		}
		return Schema{"enum": words}
	}
	if t.Kind() == reflect.Pointer {
		return m.of(t.Elem())
	}
	if t == reflect.TypeFor[time.Time]() {
		return Schema{"type": "string", "format": "date-time"}
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		panic(fmt.Sprintf("the texts of %v are to be given", t))
	}
	switch t.Kind() {
	case reflect.String:
		if values := m.src.consts[t.Name()]; len(values) > 0 && t.PkgPath() != "" {
			return Schema{"enum": values}
		}
		return Schema{"type": "string"}
	case reflect.Bool:
		return Schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return Schema{"type": "integer"}
	case reflect.Float64:
		return Schema{"type": "number"}
	case reflect.Map:
		return Schema{"type": "object", "additionalProperties": m.of(t.Elem())}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 { // json.RawMessage: anything
			return Schema{}
		}
		return Schema{"type": "array", "items": m.of(t.Elem())}
	case reflect.Struct:
		m.define(t)
		return Schema{"$ref": "#/definitions/" + t.Name()}
	default:
		panic(fmt.Sprintf("no schema for a %v", t))
	}
}

// define describes a struct once. Keys that are left out when empty are not
// required; a later version may have more.
func (m *maker) define(t reflect.Type) {
	if _, done := m.definitions[t.Name()]; done {
		return
	}
	properties, required := Schema{}, []any{}
	m.definitions[t.Name()] = Schema{"type": "object", "description": m.src.docs[t.Name()], "properties": properties}
	m.fields(t, properties, &required)
	slices.SortFunc(required, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	m.definitions[t.Name()].(Schema)["required"] = required
}

// fields describes the fields of a struct; those of an embedded one are its own.
func (m *maker) fields(t reflect.Type, properties Schema, required *[]any) {
	for f := range t.Fields() {
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if f.Anonymous && name == "" {
			m.fields(f.Type, properties, required)
			continue
		}
		s := m.of(f.Type)
		if doc := m.src.docs[t.Name()+"."+f.Name]; doc != "" && s["$ref"] == nil { // draft 7 ignores what stands beside a $ref
			s = maps.Clone(s)
			s["description"] = doc
		}
		properties[name] = s
		if rest != "omitempty" && rest != "omitzero" {
			*required = append(*required, name)
		}
	}
}
