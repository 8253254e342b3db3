// What the fuzzers begin with: make_seeds FOLDER writes FOLDER/TARGET/N for each. Without these a fuzzer
// finds neither a whole request nor an image that decodes: JSON's and the images' parsers are libraries that
// give it no coverage to go by, and the bytes that it would have to guess are too many.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "image_seeds.hpp"

namespace {

namespace fs = std::filesystem;

struct Seeds {
  const char* target;
  std::vector<std::string> texts;
};

// The two bytes ahead say where it is cut in two.
std::string request(const std::string& lines) { return std::string("\x15\0", 2) + lines; }

Seeds requests() {
  return {
      "fuzz_http_request",
      {
          request("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
          request("GET /api/image-queue/job/7?wait=30s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
          request(
              "GET /api/image-queue/jobs?limit=50&cursor=9&since=2026-01-02T03:04:05Z HTTP/1.1\r\nHost: a\r\n"
              "Authorization: Bearer ck_a\r\n\r\n"),
          request("POST /api/image-queue/remove-bg-queue HTTP/1.1\r\nHost: a\r\nContent-Type: "
                  "application/json\r\n"
                  "Content-Length: 15\r\n\r\n{\"recordId\":\"1\"}"),
          request("POST /api/image-queue/process-queue HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                  "Idempotency-Key: k\r\n\r\n5\r\nhello\r\n3;a=b\r\n abc\r\n0\r\nX-T: 1\r\n\r\n"),
          request("OPTIONS /assets/ab%2Fc.png HTTP/1.0\r\nOrigin: http://a\r\n\r\n"),
          request("PUT http://a.b/api/image-queue/webhook HTTP/1.1\r\nHost: a.b\r\nExpect: 100-continue\r\n"
                  "Content-Length: 2\r\n\r\n{}GET /healthz HTTP/1.1\r\n\r\n"),
          request("DELETE /api/admin/vendors/acme/keys/k1 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4, "
                  "::1\r\n"
                  "\r\n"),
      }};
}

constexpr std::string_view kCutOutOrder =
    R"({"recordId":7,"projectId":"p","photoUrl":"https://a.b/c.jpg","vendorId":"v","priority":1,"delayMs":5,)"
    R"("webhookUrl":"https://a.b/h","options":{"format":"webp","quality":80,"background":"#f4f4f4",)"
    R"("cropToSubject":{"margin":0.1},"canvas":{"width":100,"height":90,"scale":0.8,"position":"top"},)"
    R"("shadow":{"opacity":0.4,"blur":0.04,"offsetX":0,"offsetY":0.04,"colour":"#000000"},"refine":"guided",)"
    R"("decontaminate":false}})";
constexpr std::string_view kImageOrder =
    R"({"recordId":"r","photoUrl":"data:image/png;base64,iVBORw0KGgo=","operations":[{"type":"rotate","degrees":90}]})";
constexpr std::string_view kBulkOrder =
    R"({"recordIds":["a",2],"photoUrls":["https://a.b/1.jpg","https://a.b/2.jpg"],"projectId":"p","vendorId":"v",)"
    R"("options":{"maskOnly":true}})";
constexpr std::string_view kBulkImageOrder =
    R"({"recordIds":["a"],"photoUrls":["https://a.b/1.jpg"],"operations":[{"type":"flip"}]})";
constexpr std::string_view kForm =
    "--b\r\nContent-Disposition: form-data; name=\"recordId\"\r\n\r\nr1\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"options\"\r\n\r\n{\"zip\":true}\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: "
    "image/png\r\n\r\n"
    "\x89PNG\r\n--b--\r\n";

// The byte ahead: even numbers for cut-outs, odd ones for image operations; halved, which kind of body.
Seeds orders() {
  const auto of = [](char kind, std::string_view body) { return std::string(1, kind).append(body); };
  return {"fuzz_orders",
          {of('\0', kCutOutOrder), of('\1', kImageOrder), of('\2', kBulkOrder), of('\3', kBulkImageOrder),
           of('\4', kForm), of('\5', kForm)}};
}

Seeds operations() {
  return {
      "fuzz_image_operations",
      {
          R"({"operations":[{"type":"resize","width":800,"height":800,"fit":"inside","withoutEnlargement":true},)"
          R"({"type":"watermark","text":"A","position":"bottom-right","opacity":0.6,"size":0.25,"margin":0.03,)"
          R"("tile":true,"colour":"#ffffff"},{"type":"format","format":"jpeg","quality":85,"maxBytes":120000},)"
          R"({"type":"thumbnails","sizes":[{"name":"s","width":120,"height":120,"format":"webp","quality":9}]}]})",
          R"({"operations":[{"type":"crop","x":1,"y":2,"width":3,"height":4},{"type":"rotate","degrees":-90.5,)"
          R"("background":"1,2,3"},{"type":"flop"},{"type":"background","colour":"#abc"},{"type":"pad","all":4},)"
          R"({"type":"pad","top":1,"left":2,"background":"transparent"},{"type":"metadata","keep":true}]})",
          R"({"operations":[{"type":"extend","width":9,"height":9,"position":"top-left"},{"type":"trim",)"
          R"("threshold":10,"background":"#00ff00"},{"type":"sharpen","sigma":1.5,"amount":2},{"type":"blur",)"
          R"("sigma":3},{"type":"watermark","imageUrl":"https://a.b/c.png"},{"type":"crop","width":5,"height":5,)"
          R"("position":"attention"}]})",
      }};
}

Seeds payloads() {
  return {
      "fuzz_job_payload",
      {std::string(kCutOutOrder), std::string(kImageOrder),
       R"({"recordId":7,"projectId":null,"photoUrl":"upload","photoKey":"ab/cd.png","vendorId":"v","mode":)"
       R"("passport"})",
       R"({"recordId":"1","projectId":2,"photoUrl":"http://a.b/c","vendorId":"127.0.0.1","options":{"zip":true}})"}};
}

// An address, and a redirect from there after a line's end.
Seeds urls() {
  return {
      "fuzz_photo_url",
      {"https://a.example.org/b/c.jpg?d=e#f\n/other.png", "http://1.1.1.1:80/\nhttps://[2606:4700::1111]/x",
       "https://b.example:443/%20a\n//c.example/d", "http://user:pw@a.example/\nftp://a.example/",
       "http://0x7f.1/a\nhttp://[::ffff:127.0.0.1]/", "http://a.example/b\n../../c?d"}};
}

void write(const fs::path& folder, const std::vector<std::string>& files) {
  fs::create_directories(folder);
  for (std::size_t n = 0; n < files.size(); ++n)
    std::ofstream(folder / std::to_string(n), std::ios::binary) << files[n];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_seeds FOLDER\n";
    return 2;
  }
  const fs::path folder = argv[1];
  for (const Seeds& seeds : {requests(), orders(), operations(), payloads(), urls()})
    write(folder / seeds.target, seeds.texts);
  write(folder / "fuzz_image_file", cutroom::fuzz::image_seeds());
}
