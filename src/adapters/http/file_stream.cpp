#include "adapters/http/file_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "base/run_on.hpp"

namespace cutroom::http {
namespace {

namespace asio = boost::asio;

// A piece at a time per connection; bigger ones are not faster on loopback or a fast net.
constexpr std::size_t kPieceBytes = 128U << 10U;

class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool is_open() const { return fd_ >= 0; }
  // How many bytes came, 0 at the end, -1 with errno.
  ssize_t read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    for (;;) {
      const ssize_t n = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
      if (n >= 0 || errno != EINTR) return n;
    }
  }

 private:
  int fd_;
};

class FileStream final : public BodyStream {
 public:
  FileStream(asio::thread_pool& pool, OpenFile file, ByteRange range)
      : pool_(pool),
        file_(std::move(file)),
        range_(range),
        at_(range.first),
        piece_(std::min<std::uint64_t>(kPieceBytes, range.length)) {}

  std::optional<std::uint64_t> length() const override { return range_.length; }

  asio::awaitable<Result<std::string_view>> next() override {
    const std::uint64_t left = range_.first + range_.length - at_;
    if (left == 0) co_return std::string_view();
    const auto n = co_await run_on(pool_, [&]() -> Result<std::size_t> {
      const ssize_t got =
          file_.read_at(at_, piece_.span().first(std::min<std::uint64_t>(left, piece_.size())));
      if (got <= 0)
        return Error{.code = Errc::storage_failed,
                     .detail = got == 0 ? "file got shorter" : std::strerror(errno)};
      return static_cast<std::size_t>(got);
    });
    if (!n) co_return n.error();
    at_ += *n;
    co_return piece_.view().substr(0, *n);
  }

 private:
  asio::thread_pool& pool_;
  const OpenFile file_;
  const ByteRange range_;
  std::uint64_t at_;
  Bytes piece_;
};

class BytesStream final : public BodyStream {
 public:
  BytesStream(Bytes bytes, ByteRange range) : bytes_(std::move(bytes)), range_(range) {}
  std::optional<std::uint64_t> length() const override { return range_.length; }
  asio::awaitable<Result<std::string_view>> next() override {
    if (std::exchange(given_, true)) co_return std::string_view();
    co_return bytes_.view().substr(range_.first, range_.length);
  }

 private:
  const Bytes bytes_;
  const ByteRange range_;
  bool given_ = false;
};

}  // namespace

asio::awaitable<Result<std::unique_ptr<BodyStream>>> open_file_stream(asio::thread_pool& pool,
                                                                      std::string path, ByteRange range) {
  auto opened = co_await run_on(pool, [&]() -> Result<OpenFile> {
    OpenFile file(path);
    if (!file.is_open())
      return Error{.code = Errc::storage_failed, .detail = path + ": " + std::strerror(errno)};
    return file;
  });
  if (!opened) co_return opened.error();
  std::unique_ptr<BodyStream> stream = std::make_unique<FileStream>(pool, std::move(*opened), range);
  co_return stream;
}

std::unique_ptr<BodyStream> bytes_stream(Bytes bytes, ByteRange range) {
  return std::make_unique<BytesStream>(std::move(bytes), range);
}

}  // namespace cutroom::http
