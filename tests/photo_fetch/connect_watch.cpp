#include "photo_fetch/connect_watch.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <netinet/in.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::mutex mutex;  // The program's connects come from several threads.
std::vector<std::string> seen;

// Empty: not an IP address.
std::string text_of(const sockaddr* address, bool& loopback) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    loopback = ntohl(in.sin_addr.s_addr) >> 24 == 127;
    return std::string(text) + ":" + std::to_string(ntohs(in.sin_port));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
    loopback = IN6_IS_ADDR_LOOPBACK(&in.sin6_addr);
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(in.sin6_port));
  }
  return {};
}

}  // namespace

// The program's own definition comes before the C library's, for shared libraries too.
extern "C" int connect(int fd, const sockaddr* address, socklen_t size) {
  bool loopback = false;
  if (const std::string text = text_of(address, loopback); !text.empty()) {
    const std::lock_guard lock(mutex);
    seen.push_back(text);
    if (!loopback) {
      errno = ENETUNREACH;
      return -1;
    }
  }
  return static_cast<int>(syscall(SYS_connect, fd, address, size));
}

std::vector<std::string> cutroom::test::take_connects() {
  const std::lock_guard lock(mutex);
  return std::exchange(seen, {});
}
