// HashiCorp Vault's way to verify an instance's identity: its own pkcs7 package, with the certificates that
// it was told of in place of those of the message (builtin/credential/aws/path_login.go of Vault).
package main

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/vault/helper/pkcs7"
)

const service = "http://169.254.169.254/latest/"

func main() {
	document := identity("document")
	for _, name := range []string{"pkcs7", "rsa2048"} {
		block := "-----BEGIN PKCS7-----\n" + string(identity(name)) + "\n-----END PKCS7-----"
		decoded, rest := pem.Decode([]byte(block))
		if decoded == nil || len(rest) > 0 {
			wrong("%s is no PEM", name)
		}
		message, err := pkcs7.Parse(decoded.Bytes)
		fail(err, name)
		message.Certificates = []*x509.Certificate{certificate(name)}
		fail(message.Verify(), name)
		if !bytes.Equal(message.Content, document) {
			wrong("%s holds another document: %s", name, message.Content)
		}
		message.Content = bytes.Replace(document, []byte("m5.large"), []byte("m5.metal"), 1)
		if message.Verify() == nil {
			wrong("%s verifies a forged document", name)
		}
		ok(name + " verified, and the document in it is the one served")
	}
	signature, err := base64.StdEncoding.DecodeString(string(identity("signature")))
	fail(err, "signature")
	fail(certificate("signature").CheckSignature(x509.SHA256WithRSA, document, signature), "signature")
	ok("signature verified")
}

// certificate is what a user hands to Vault, as config/certificate.
func certificate(name string) *x509.Certificate {
	text, err := exec.Command("fake-metadata", "certificate", name).Output()
	fail(err, "fake-metadata certificate")
	block, _ := pem.Decode(text)
	found, err := x509.ParseCertificate(block.Bytes)
	fail(err, "the certificate of "+name)
	return found
}

func identity(name string) []byte {
	put, _ := http.NewRequest(http.MethodPut, service+"api/token", nil)
	put.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", "60")
	get, _ := http.NewRequest(http.MethodGet, service+"dynamic/instance-identity/"+name, nil)
	get.Header.Set("X-aws-ec2-metadata-token", string(body(put)))
	return body(get)
}

func body(request *http.Request) []byte {
	answer, err := http.DefaultClient.Do(request)
	fail(err, request.URL.Path)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	fail(err, request.URL.Path)
	if answer.StatusCode != http.StatusOK {
		wrong("%s is answered %s", request.URL.Path, answer.Status)
	}
	return text
}

func ok(what string) {
	built, _ := debug.ReadBuildInfo()
	for _, module := range built.Deps {
		if module.Path == "github.com/hashicorp/vault" {
			fmt.Printf("Vault's pkcs7 %s: %s: ok\n", strings.TrimPrefix(module.Version, "v"), what)
		}
	}
}

func fail(err error, what string) {
	if err != nil {
		wrong("%s: %v", what, err)
	}
}

func wrong(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "Vault's pkcs7: "+format+"\n", arguments...)
	os.Exit(1)
}
