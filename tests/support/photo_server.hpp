// A photo server on 127.0.0.1 for tests and benches: pictures, and every way in which a server on the
// internet can misbehave. Runs on a thread of its own; the functions may be called from any thread.
//
//   /photo.png             a small picture
//   /photo                 the same, without a name's hint
//   /chunked               the same, in chunks, without length
//   /short                 the same, cut off: Content-Length says more than comes
//   /huge-length           a Content-Length of 10 GB
//   /endless               PNG bytes without end, in chunks
//   /endless-headers       headers without end
//   /drip                  one byte every 50 ms, without end
//   /hang                  takes the request and never answers
//   /close                 takes the request and closes
//   /gzip                  the picture with Content-Encoding: gzip
//   /partial               206 with the picture
//   /multipart             200, multipart/x-mixed-replace
//   /html /svg /text /empty   200 with a page, a drawing, a text, nothing
//   /continue              "100 Continue", then the picture
//   /not-http              bytes that are no HTTP
//   /status/404            this status with a small text
//   /sized/1000000         this many bytes that begin like a PNG
//   /redirect/3            redirects three times (relative Location), then the picture
//   /redirect-loop         to itself
//   /redirect-to?URL       to the URL, taken as it stands
//   /redirect-close?URL    the same, and closes the connection
//   /redirect-nowhere      302 without Location
//   /held                  the picture, once release_held() has been called
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace cutroom::test {

// A tiny valid PNG.
std::string_view small_png();

// The last request for a path, to look at what was sent.
struct SeenRequest {
  std::string method;
  std::string target;
  std::string head;  // All header lines, "Name: value\r\n" each.
  std::string body;
};

class PhotoServer {
 public:
  struct Options {
    std::uint16_t port = 0;  // 0: a free one.
    // Where set: its files are served under their names, before the paths above. A query is appended to the
    // file, so that one of them serves as any number of photos that are not the same to a cache of results.
    std::filesystem::path folder;
  };

  PhotoServer();
  explicit PhotoServer(Options);
  ~PhotoServer();
  PhotoServer(const PhotoServer&) = delete;
  PhotoServer& operator=(const PhotoServer&) = delete;

  std::uint16_t port() const;
  // "http://127.0.0.1:PORT" + path
  std::string url(std::string_view path) const;

  // Answers `path` (without query) so from now on, before all others.
  void answer(std::string path, unsigned status, std::string content_type, std::string body);

  // Requests whose head has arrived; with a path, for it alone (without query).
  std::size_t requests() const;
  std::size_t requests(const std::string& path) const;
  // Returns true once the path has been asked for so often, false where it is not within `at_most`.
  [[nodiscard]] bool wait_for_requests(const std::string& path, std::size_t n, std::chrono::seconds at_most);
  SeenRequest last_request(const std::string& path) const;
  // Connections taken.
  std::size_t connections() const;

  // Returns when this many requests for /held wait at once (the most that ever did counts too).
  void wait_for_held(std::size_t n);
  std::size_t most_held() const;
  // Answers all that wait and all that come after.
  void release_held();

  class Inner;

 private:
  std::shared_ptr<Inner> inner_;
};

}  // namespace cutroom::test
