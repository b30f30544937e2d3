// Drives Go's net/http against the shop: go run nethttp.go BASE_URL CA_FILE
package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	base := os.Args[1]
	pem, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second}

	for _, path := range []string{"/", "/shop.css", "/logo.png", "/api/products"} {
		finish(client.Get(base + path))
	}
	finish(client.Post(base+"/api/cart", "application/json", strings.NewReader(`{"id":1}`)))
	finish(client.Post(base+"/login", "application/x-www-form-urlencoded", strings.NewReader("user=ada&password=lovelace")))
	preflight, _ := http.NewRequest(http.MethodOptions, base+"/api/stock", nil)
	preflight.Header.Set("Origin", "https://partner.example")
	preflight.Header.Set("Access-Control-Request-Method", "PUT")
	finish(client.Do(preflight))
}

func finish(answer *http.Response, err error) {
	if err != nil {
		log.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
}
