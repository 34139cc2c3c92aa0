module client

go 1.25.3

require github.com/hashicorp/vault v1.21.4

require (
	github.com/google/certificate-transparency-go v1.3.2 // indirect
	golang.org/x/crypto v0.46.0 // indirect
)
