package weights_test

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/weights"
	"github.com/sbomgen/sbomgen/sbom"
)

// tree is files by their paths; "-> target" is a link beside its target's folder.
type tree map[string]string

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (t tree) Open(p string) (catalogers.Blob, error) {
	at, err := t.Resolve(p)
	if err != nil {
		return nil, err
	}
	return blob{bytes.NewReader([]byte(t[at]))}, nil
}

func (t tree) Resolve(p string) (string, error) {
	text, ok := t[p]
	if target, link := strings.CutPrefix(text, "-> "); link {
		return path.Join(path.Dir(p), target), nil
	}
	if !ok {
		return "", fs.ErrNotExist
	}
	return p, nil
}

func (t tree) ReadDir(string) ([]fs.DirEntry, error) { return nil, nil }

// read gives what a cataloger claims about a file, or about the group that files are.
func read(t *testing.T, c *catalogers.Cataloger, files tree, paths ...string) (list []string, gaps []sbom.Gap) {
	t.Helper()
	out := sbom.NewFacts(c.Name, c.Stage, paths[0])
	if c.Group == nil {
		if err := c.Parse(catalogers.NewFile(files, c, paths[0]), out); err != nil {
			out.Gap(0, "%v", err)
		}
	} else {
		group := make([]*catalogers.File, len(paths))
		dir := ""
		for i, p := range paths {
			group[i] = catalogers.NewFile(files, c, p)
			dir, _ = c.Group(p)
		}
		if err := c.ParseGroup(dir, group, out); err != nil {
			out.Gap(0, "%v", err)
		}
	}
	for c := range out.Components {
		list = append(list, string(c.Kind)+" "+c.PURL.String())
		for _, s := range [...]string{c.Name, c.Version, c.Description, c.Author, c.Supplier} {
			if s != "" {
				list = append(list, s)
			}
		}
		for _, l := range c.Licenses {
			list = append(list, "licence "+l.Text)
		}
		for _, r := range c.References {
			line := r.Type + " " + r.URL
			for _, h := range r.Hashes {
				line += " " + h.Hex
			}
			list = append(list, line)
		}
		for _, p := range c.Properties {
			list = append(list, p.Name+"="+p.Value)
		}
	}
	return list, out.Gaps()
}

// gguf writes a file as the specification says.
type gguf struct {
	b     bytes.Buffer
	order binary.ByteOrder
	wide  bool
}

func (g *gguf) u32(n uint32) *gguf { binary.Write(&g.b, g.order, n); return g }
func (g *gguf) len(n int) *gguf {
	if g.wide {
		binary.Write(&g.b, g.order, uint64(n))
	} else {
		binary.Write(&g.b, g.order, uint32(n))
	}
	return g
}
func (g *gguf) str(s string) *gguf           { g.len(len(s)).b.WriteString(s); return g }
func (g *gguf) text(k, v string) *gguf       { return g.str(k).u32(8).str(v) }
func (g *gguf) num(k string, v uint32) *gguf { return g.str(k).u32(4).u32(v) }

func model(version uint32, order binary.ByteOrder) string {
	g := &gguf{order: order, wide: version > 1}
	g.b.WriteString("GGUF")
	g.u32(version).len(2).len(15)
	g.text("general.architecture", "llama").text("general.name", "Llama 3 8B Instruct").text("general.version", "1.1")
	g.text("general.type", "model").text("general.license", "other").text("general.license.name", "llama3").text("general.license.link", "https://example.com/license")
	g.text("general.author", "Meta").text("general.organization", "Meta Llama").text("general.description", "A model.")
	g.str("tokenizer.ggml.tokens").u32(9).u32(8).len(3).str("a").str("").str("ccc")
	g.str("general.tags").u32(9).u32(9).len(1).u32(4).len(2).u32(1).u32(2) // an array of an array
	g.num("general.file_type", 15).num("general.base_model.count", 1).text("general.base_model.0.repo_url", "https://huggingface.co/meta-llama/Meta-Llama-3-8B")
	g.str("token_embd.weight").u32(2).len(4096).len(128).u32(12).u32(0).u32(0)
	g.str("output.bias").u32(1).len(10).u32(0).u32(0).u32(0)
	return g.b.String()
}

func TestTheHeaderOfGGUFIsReadInEveryVersionAndByteOrder(t *testing.T) {
	want := []string{
		"machine-learning-model pkg:generic/Llama%203%208B%20Instruct@1.1?classifier=Q4_K_M", "A model.", "Meta", "Meta Llama", "licence llama3",
		"license https://example.com/license", "sbomgen:gguf:architecture=llama", "sbomgen:gguf:quantization=Q4_K_M", "sbomgen:gguf:parameters=524298",
		"sbomgen:gguf:base-model=https://huggingface.co/meta-llama/Meta-Llama-3-8B",
	}
	for _, m := range []string{model(1, binary.LittleEndian), model(2, binary.LittleEndian), model(3, binary.LittleEndian), model(3, binary.BigEndian)} {
		got, gaps := read(t, &weights.GGUF, tree{"m.gguf": m + strings.Repeat("\x00", 64)}, "m.gguf")
		if diff := cmp.Diff(want, got); diff != "" || len(gaps) > 0 {
			t.Errorf("%v\n%s", gaps, diff)
		}
	}
}

func TestAGGUFNamesItsRepository(t *testing.T) {
	g := &gguf{order: binary.LittleEndian, wide: true}
	g.b.WriteString("GGUF")
	g.u32(3).len(0).len(2).text("general.name", "Phi 2").text("general.repo_url", "https://huggingface.co/microsoft/phi-2")
	got, _ := read(t, &weights.GGUF, tree{"m.gguf": g.b.String()}, "m.gguf")
	if diff := cmp.Diff([]string{"machine-learning-model pkg:huggingface/microsoft/phi-2", "vcs https://huggingface.co/microsoft/phi-2"}, got); diff != "" {
		t.Error(diff)
	}
	sha := strings.Repeat("ab", 32)
	home := "hub/models--TheBloke--phi-2-GGUF/"
	at := home + "snapshots/5a454d977c6438bb9fb2df233c8ca70f21c87420/phi-2.Q8_0.gguf"
	got, _ = read(t, &weights.GGUF, tree{at: "-> ../../blobs/" + sha, home + "blobs/" + sha: g.b.String()}, at)
	if diff := cmp.Diff([]string{"machine-learning-model pkg:huggingface/TheBloke/phi-2-GGUF@5a454d977c6438bb9fb2df233c8ca70f21c87420",
		"distribution https://huggingface.co/TheBloke/phi-2-GGUF/resolve/5a454d977c6438bb9fb2df233c8ca70f21c87420/phi-2.Q8_0.gguf " + sha,
		"vcs https://huggingface.co/microsoft/phi-2"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyTheFirstOfSeveralFilesIsTheModel(t *testing.T) {
	g := &gguf{order: binary.LittleEndian, wide: true}
	g.b.WriteString("GGUF")
	g.u32(3).len(0).len(2).num("split.no", 1).num("split.count", 3)
	if got, gaps := read(t, &weights.GGUF, tree{"m-00002-of-00003.gguf": g.b.String()}, "m-00002-of-00003.gguf"); len(got) > 0 || len(gaps) > 0 {
		t.Error(got, gaps)
	}
}

// field writes a field of a protobuf message that has a length.
func field(number int, content string) string {
	return string(binary.AppendUvarint(nil, uint64(number<<3|2))) + string(binary.AppendUvarint(nil, uint64(len(content)))) + content
}

func varint(number int, n uint64) string {
	return string(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(number<<3)), n))
}

func onnxModel(domain string) string {
	graph := strings.Repeat(field(1, field(4, "Relu")), 300) + field(5, strings.Repeat("\x00", 20000)) + field(2, "CNTKGraph") + field(11, "in")
	return varint(1, 9) + field(2, "pytorch") + field(3, "2.1.0") + field(4, domain) + varint(5, 3) + field(7, graph) + field(8, varint(2, 17)) +
		field(8, field(1, "ai.onnx.ml")+varint(2, 3)) + field(14, field(1, "author")+field(2, "Jane")) + field(14, field(1, "task")+field(2, "ocr")) + field(25, "")
}

func TestONNXSaysWhoMadeIt(t *testing.T) {
	rest := []string{"Jane", "sbomgen:onnx:producer=pytorch 2.1.0", "sbomgen:onnx:graph=CNTKGraph", "sbomgen:onnx:ir-version=9",
		"sbomgen:onnx:operators=:17", "sbomgen:onnx:operators=ai.onnx.ml:3", "sbomgen:onnx:metadata:task=ocr"}
	got, gaps := read(t, &weights.ONNX, tree{"net/reader.onnx": onnxModel("")}, "net/reader.onnx")
	if diff := cmp.Diff(append([]string{"machine-learning-model pkg:generic/reader@3"}, rest...), got); diff != "" || len(gaps) > 0 {
		t.Errorf("%v\n%s", gaps, diff)
	}
	got, _ = read(t, &weights.ONNX, tree{"x.onnx": onnxModel("com.example")}, "x.onnx")
	if got[0] != "machine-learning-model pkg:generic/com.example/CNTKGraph@3" {
		t.Error(got[0])
	}
}

func tensors(text string) string {
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(text)))) + text + "\x00\x00\x00\x00"
}

func TestSafetensorsOfOneRepositoryAreOneModel(t *testing.T) {
	a := tensors(`{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[100,20],"data_offsets":[0,4000]}}  `)
	b := tensors(`{"v":{"dtype":"F32","shape":[7],"data_offsets":[0,28]},"s":{"dtype":"F32","shape":[],"data_offsets":[28,32]}}`)
	home := "hub/models--org--big/"
	at := home + "snapshots/5a454d977c6438bb9fb2df233c8ca70f21c87420/model-0000"
	sha := strings.Repeat("0c", 32)
	got, gaps := read(t, &weights.Repository, tree{at + "1-of-00002.safetensors": "-> ../../blobs/" + sha, home + "blobs/" + sha: a, at + "2-of-00002.safetensors": b},
		at+"1-of-00002.safetensors", at+"2-of-00002.safetensors")
	want := []string{"machine-learning-model pkg:huggingface/org/big@5a454d977c6438bb9fb2df233c8ca70f21c87420",
		"distribution https://huggingface.co/org/big/resolve/5a454d977c6438bb9fb2df233c8ca70f21c87420/model-00001-of-00002.safetensors " + sha,
		"sbomgen:safetensors:format=pt", "sbomgen:safetensors:parameters=2008", "sbomgen:safetensors:type=BF16", "sbomgen:safetensors:type=F32"}
	if diff := cmp.Diff(want, got); diff != "" || len(gaps) > 0 {
		t.Errorf("%v\n%s", gaps, diff)
	}
}

func TestSafetensorsAloneAreModelsOfTheirOwn(t *testing.T) {
	lora := tensors(`{"__metadata__":{"modelspec.title":"Pixel Art","modelspec.author":"Jane","modelspec.license":"MIT","modelspec.architecture":"stable-diffusion-xl-v1-base/lora"},"w":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}`)
	got, gaps := read(t, &weights.Repository, tree{"lora/a.safetensors": lora, "lora/b.safetensors": tensors(`{}`)}, "lora/a.safetensors", "lora/b.safetensors")
	want := []string{"machine-learning-model pkg:generic/Pixel%20Art", "Jane", "licence MIT", "sbomgen:safetensors:architecture=stable-diffusion-xl-v1-base/lora",
		"sbomgen:safetensors:parameters=4", "sbomgen:safetensors:type=F16", "machine-learning-model pkg:generic/b"}
	if diff := cmp.Diff(want, got); diff != "" || len(gaps) > 0 {
		t.Errorf("%v\n%s", gaps, diff)
	}
}

// TestModelsCutAnywhere also changes every byte: lengths that lie must be noticed before they are believed.
func TestModelsCutAnywhere(t *testing.T) {
	for name, data := range map[string]string{"a.gguf": model(3, binary.LittleEndian), "a.onnx": onnxModel("com.example"),
		"a.safetensors": tensors(`{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[100,20],"data_offsets":[0,4000]}}`)} {
		c := map[string]*catalogers.Cataloger{".gguf": &weights.GGUF, ".onnx": &weights.ONNX, ".safetensors": &weights.Repository}[path.Ext(name)]
		for i := 0; i < len(data); i += 1 + i/500 {
			read(t, c, tree{name: data[:i]}, name)
			for _, flip := range []byte{0xff, 0x80, 0x01} {
				lie := []byte(data)
				lie[i] ^= flip
				read(t, c, tree{name: string(lie)}, name)
			}
		}
	}
}
