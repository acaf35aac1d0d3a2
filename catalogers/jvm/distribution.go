package jvm

import "strings"

// distributions tells by whom a runtime was built, by the beginning of IMPLEMENTOR.
var distributions = []struct{ implementor, name, cpe string }{
	{"Eclipse Adoptium", "temurin", "cpe:2.3:a:eclipse:temurin"},
	{"Temurin", "temurin", "cpe:2.3:a:eclipse:temurin"},
	{"AdoptOpenJDK", "adoptopenjdk", "cpe:2.3:a:oracle:openjdk"},
	{"Azul", "zulu", "cpe:2.3:a:azul:zulu"},
	{"Amazon", "corretto", "cpe:2.3:a:amazon:corretto"},
	{"BellSoft", "liberica", "cpe:2.3:a:bell-sw:liberica"},
	{"Microsoft", "microsoft-openjdk", "cpe:2.3:a:microsoft:openjdk"},
	{"SAP", "sapmachine", "cpe:2.3:a:oracle:openjdk"},
	{"Alibaba", "dragonwell", "cpe:2.3:a:oracle:openjdk"},
	{"Tencent", "kona", "cpe:2.3:a:oracle:openjdk"},
	{"JetBrains", "jetbrains-runtime", "cpe:2.3:a:oracle:openjdk"},
	{"GraalVM", "graalvm", "cpe:2.3:a:oracle:graalvm"},
}

func distribution(values map[string]string) (name, cpe string) {
	implementor := values["IMPLEMENTOR"]
	if values["GRAALVM_VERSION"] != "" {
		return "graalvm", "cpe:2.3:a:oracle:graalvm"
	}
	for _, d := range distributions {
		if strings.HasPrefix(implementor, d.implementor) {
			return d.name, d.cpe
		}
	}
	switch {
	case strings.HasPrefix(implementor, "IBM") || strings.HasPrefix(implementor, "International Business Machines"):
		return "semeru", "cpe:2.3:a:ibm:semeru_runtime"
	case strings.HasPrefix(implementor, "Oracle") && values["BUILD_TYPE"] == "commercial":
		return "oracle-jdk", "cpe:2.3:a:oracle:jdk"
	}
	return "openjdk", "cpe:2.3:a:oracle:openjdk"
}
