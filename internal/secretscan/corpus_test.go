package secretscan

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// The verdicts on real files, where a collection of them lies beside the
// repository. Their values were scrubbed, their names and shapes weren't.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/*.toml")
	if err != nil || len(files) == 0 {
		t.Log("no collection of real files beside the repository; the tables above stand alone")
		return
	}
	counts := map[Verdict]int{}
	var wrong []string
	mustBe := map[string]Verdict{
		"DB_PASSWORD": Certain, "JWT_SECRET": Certain, "NQB_API_KEY": Certain, "SPRING_DATASOURCE_PASSWORD": Certain, "RCON_PASSWORD": Certain,
		"PORT": No, "LOG_LEVEL": No, "R2_ENDPOINT_URL": No, "R2_PUBLIC_BUCKET_URL": No, "CONSUMER_ROLE_ID": No, "SESSION_COOKIE": No, "SHOW_PASSWORD_HINT": No,
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var config struct{ Env map[string]any }
		if toml.Unmarshal(data, &config) != nil {
			continue // the collection holds broken files on purpose
		}
		for name, value := range config.Env {
			text, ok := value.(string)
			if !ok {
				continue
			}
			got := Classify(name, text)
			counts[got.Verdict]++
			if got.Verdict != No {
				t.Logf("%s %s: %v, %s", filepath.Base(file), name, got.Verdict, got.Reason)
			}
			if want, ok := mustBe[name]; ok && text != "" && got.Verdict != want {
				wrong = append(wrong, filepath.Base(file)+" "+name+": "+got.Verdict.String())
			}
		}
	}
	t.Logf("certain %d, likely %d, no %d", counts[Certain], counts[Likely], counts[No])
	slices.Sort(wrong)
	for _, line := range wrong {
		t.Error(line)
	}
}
